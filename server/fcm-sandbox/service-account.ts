import { generateKeyPair, type KeyObject, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import type { ServiceAccount } from "./connection.ts";

export const TOKEN_URI = "https://oauth2.googleapis.com/token";

export type IssuedServiceAccount = Readonly<{ json: ServiceAccount; publicKey: KeyObject }>;

/** Makes a service account with a fresh RSA key, in the shape of the JSON that Google hands out. */
export async function makeServiceAccount(projectId: string): Promise<IssuedServiceAccount> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
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
