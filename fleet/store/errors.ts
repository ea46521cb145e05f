/**
 * | code | when |
 * | --- | --- |
 * | `store/no-binaries` | no PostgreSQL binary for this machine was installed, and no `DATABASE_URL` is set |
 * | `store/start` | the embedded server could not be set up or started; the message carries its last words |
 * | `store/in-use` | another fleet process runs on the same state folder |
 * | `store/unreachable` | the server does not answer or refuses us |
 * | `store/too-new` | a newer fleet has migrated this database further than we know |
 * | `store/backup` | the backup's file exists already, or could not be written |
 * | `store/restore` | the database holds something, or the file is no backup, cut off, damaged or of a newer fleet |
 * | `store/migration` | a migration failed; nothing of it was kept |
 */
export type StoreErrorCode =
  | "store/no-binaries"
  | "store/start"
  | "store/in-use"
  | "store/unreachable"
  | "store/too-new"
  | "store/backup"
  | "store/restore"
  | "store/migration";

/** The database could not be opened or brought to our schema. Branch on `code`, never on `message`. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
