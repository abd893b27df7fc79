import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const devSecretsSchema = z.object({
  tokenSecret: z.string().startsWith("dev-"),
  apiKey: z.string().startsWith("dev-"),
});
export type DevSecrets = z.infer<typeof devSecretsSchema>;

/**
 * This clone's own secrets, made once and kept for its owner only: the page may be open to the local network, and whoever
 * knows a secret is any player. They begin with `dev-`, so production refuses them.
 */
export async function devSecrets(dataDir: string): Promise<DevSecrets> {
  const file = join(dataDir, "dev-secrets.json");
  const kept = devSecretsSchema.safeParse(JSON.parse(await readFile(file, "utf8").catch(() => "null")));
  if (kept.success) return kept.data;
  const make = (): string => `dev-${randomBytes(32).toString("base64url")}`;
  const made: DevSecrets = { tokenSecret: make(), apiKey: make() };
  await mkdir(dataDir, { recursive: true });
  await writeFile(file, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  return made;
}
