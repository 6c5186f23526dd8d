DROP INDEX candles_by_day;
