CREATE TABLE candles (
    instrument_id BIGINT  NOT NULL REFERENCES instruments (id),
    -- The length of its span in seconds: a minute, five, an hour, a day.
    timeframe     BIGINT  NOT NULL CHECK (timeframe IN (60, 300, 3600, 86400)),
    -- Where its span begins; that of a market day at midnight UTC of its date.
    start         BIGINT  NOT NULL CHECK (start % (timeframe * 1000000) = 0),
    open          BIGINT  NOT NULL CHECK (open BETWEEN low AND high),
    high          BIGINT  NOT NULL,
    low           BIGINT  NOT NULL CHECK (low > 0),
    close         BIGINT  NOT NULL CHECK (close BETWEEN low AND high),
    -- Whole shares.
    volume        BIGINT  NOT NULL CHECK (volume >= 0),
    PRIMARY KEY (instrument_id, timeframe, start)
);
