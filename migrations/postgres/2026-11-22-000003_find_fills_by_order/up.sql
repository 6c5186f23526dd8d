-- Fills are found by their order, and walked through by account; nothing asks for those of one instrument.
DROP INDEX fills_by_instrument;
