import { generateKeyPair, type KeyObject, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import type { ServiceAccount } from "./connection.ts";

export const TOKEN_URI = "https://oauth2.googleapis.com/token";

/** RSA of 2,048 bits, as Google's are. */
export type AccountKeys = Readonly<{ publicKey: KeyObject; privateKey: KeyObject }>;

export type IssuedServiceAccount = Readonly<{ json: ServiceAccount; publicKey: KeyObject }>;

export const makeAccountKeys = (): Promise<AccountKeys> => promisify(generateKeyPair)("rsa", { modulusLength: 2048 });

/** Makes a service account with these keys, in the shape of the JSON that Google hands out. */
export function makeServiceAccount(projectId: string, { publicKey, privateKey }: AccountKeys): IssuedServiceAccount {
  return {
    publicKey,
    json: {
      type: "service_account",
      project_id: projectId,
      private_key_id: randomBytes(20).toString("hex"),
      private_key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      client_email: `firebase-adminsdk@${projectId}.iam.gserviceaccount.com`,
      token_uri: TOKEN_URI,
    },
  };
}
