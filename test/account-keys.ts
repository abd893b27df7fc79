import { type AccountKeys, makeAccountKeys } from "../server/fcm-sandbox/service-account.ts";

let keys: Promise<AccountKeys> | undefined;

/** Keys for the service accounts of all sandboxes of a file: RSA's take longer to find than most of what is tested with them. */
export const accountKeys = (): Promise<AccountKeys> => (keys ??= makeAccountKeys());
