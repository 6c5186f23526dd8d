-- The back office lists market days of all instruments, the latest first. A day's prices move without this index having
-- to: neither of its columns changes.
CREATE INDEX candles_by_day ON candles (start, instrument_id) WHERE timeframe = 86400;
