import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What a service account's file holds; the key is nobody's. */
export const account: Readonly<Record<string, string>> = {
  type: "service_account",
  project_id: "game",
  client_email: "push@game.example",
  private_key: generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  }).privateKey,
};
const folder = await mkdtemp(join(process.env.GREMIO_TEST_FOLDER ?? "", "config-"));
const credentials = join(folder, "fcm.json");
await writeFile(credentials, JSON.stringify(account));

/** What production needs, for either service; the Redis is not there. */
export const production: Readonly<Record<string, string>> = {
  REDIS_URL: "rediss://game:hunter2@redis.internal:6380",
  GREMIO_API_KEYS: "key-of-the-backend-1",
  GREMIO_TOKEN_SECRET: "0123456789abcdef0123456789abcdef",
  GREMIO_TOKEN_ISSUER: "https://game.example",
  GREMIO_TOKEN_AUDIENCE: "gremio",
  GOOGLE_APPLICATION_CREDENTIALS: credentials,
};
