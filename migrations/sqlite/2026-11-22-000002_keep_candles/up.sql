CREATE TABLE candles (
    instrument_id INTEGER NOT NULL REFERENCES instruments (id),
    -- The length of its span in seconds: a minute, five, an hour, a day.
    timeframe     INTEGER NOT NULL CHECK (timeframe IN (60, 300, 3600, 86400)),
    -- Where its span begins; that of a market day at midnight UTC of its date.
    start         INTEGER NOT NULL CHECK (start % (timeframe * 1000000) = 0),
    open          INTEGER NOT NULL CHECK (open BETWEEN low AND high),
    high          INTEGER NOT NULL,
    low           INTEGER NOT NULL CHECK (low > 0),
    close         INTEGER NOT NULL CHECK (close BETWEEN low AND high),
    -- Whole shares.
    volume        INTEGER NOT NULL CHECK (volume >= 0),
    PRIMARY KEY (instrument_id, timeframe, start)
) STRICT, WITHOUT ROWID;
