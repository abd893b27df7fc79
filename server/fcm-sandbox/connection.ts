import { chmod, readFile, rename, writeFile } from "node:fs/promises";
import { z } from "zod";

/** The part of Google's service-account JSON that a JWT-bearer grant needs. */
const serviceAccountSchema = z.object({
  type: z.literal("service_account"),
  project_id: z.string().min(1),
  private_key_id: z.string().min(1),
  private_key: z.string().startsWith("-----BEGIN PRIVATE KEY-----"),
  client_email: z.string().min(3),
  token_uri: z.url(),
});
export type ServiceAccount = z.infer<typeof serviceAccountSchema>;

/** All that another process needs to send to a running sandbox. Holds a private key: never log it. */
const connectionSchema = z.object({
  tlsAddress: z.object({ host: z.string().min(1), port: z.int().min(1).max(65_535) }),
  ca: z.string().startsWith("-----BEGIN CERTIFICATE-----"),
  projectId: z.string().min(1),
  serviceAccount: serviceAccountSchema,
});
export type SandboxConnection = z.infer<typeof connectionSchema>;

/** Writes the connection for its owner only (mode 0600). A reader sees the old file or the new one, never half of it. */
export async function writeConnection(path: string, connection: SandboxConnection): Promise<void> {
  const next = `${path}.${process.pid}.next`;
  await writeFile(next, `${JSON.stringify(connection, null, 2)}\n`, { mode: 0o600 });
  await chmod(next, 0o600);
  await rename(next, path);
}

/** Reads a connection file; a missing or malformed one throws with the file's name and what was wrong with it. */
export async function readConnection(path: string): Promise<SandboxConnection> {
  const found: unknown = JSON.parse(await readFile(path, "utf8"));
  const parsed = connectionSchema.safeParse(found);
  if (parsed.success) return parsed.data;
  throw new Error(`${path} is no FCM sandbox connection: ${z.prettifyError(parsed.error)}`);
}
