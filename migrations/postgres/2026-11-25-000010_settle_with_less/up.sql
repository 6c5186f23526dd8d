-- Only the checking of the books went by it, and goes by the account's orders now; each fill paid for it.
DROP INDEX fills_by_account;
