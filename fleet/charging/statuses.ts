export const TRANSACTION_STATUSES = ["charging", "ended", "refused", "unended", "unmatched"] as const;
/** `unended`: another began on the connector and its end never came. `unmatched`: an end that fits no begin. */
export type TransactionStatus = (typeof TRANSACTION_STATUSES)[number];
