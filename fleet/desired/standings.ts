/**
 * How a gateway stands to the desk's newest revision.
 *
 * | standing | means |
 * | --- | --- |
 * | `unheard` | the gateway has never reported |
 * | `unsupported` | it is older than desired state and is sent none |
 * | `none` | the desk has written nothing; the site runs its own document |
 * | `waiting` | the gateway has not said yet that it heard of it |
 * | `applying`, `running`, `held`, `refused`, `failed`, `rejected` | its own word |
 * | `local` | the site was changed with it in view, and runs that |
 * | `conflict` | the site was changed without it in view, and somebody must choose |
 * | `ahead` | the gateway has heard of later revisions than this desk knows: its database was restored from an old copy |
 */
export const STANDINGS = [
  "unheard",
  "unsupported",
  "none",
  "waiting",
  "applying",
  "running",
  "held",
  "refused",
  "failed",
  "rejected",
  "local",
  "conflict",
  "ahead",
] as const;
export type Standing = (typeof STANDINGS)[number];
