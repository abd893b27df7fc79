import { randomUUID } from "node:crypto";
import { networkInterfaces } from "node:os";
import { SignJWT } from "jose";
import type { ChatConfig } from "../../server/config.ts";
import { PAGE_GUILD } from "../../shared/api/dev-page.ts";

/** The player whose token is printed; the page's guild knows her. */
const PLAYER = { id: "ana", name: "Ana" };

/** A token as the game's backend would sign it; undefined when only keys of elsewhere (JWKS) are accepted. */
async function playerToken({ token }: ChatConfig): Promise<string | undefined> {
  if (token.keys.kind !== "secret") return undefined;
  return new SignJWT({ [token.claims.id]: PLAYER.id, [token.claims.name]: PLAYER.name })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuer(token.issuer)
    .setAudience(token.audience)
    .setIssuedAt()
    .setExpirationTime("12h")
    .sign(new TextEncoder().encode(token.keys.secret));
}

/** The first address other machines of the local network reach; undefined when the service listens on loopback only. */
function lanAddress(host: string): string | undefined {
  if (/^(127\.|localhost$|::1$)/.test(host)) return undefined;
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses.find(({ family, internal }) => family === "IPv4" && !internal)?.address;
}

/** What `npm start` prints when everything runs. `ownRedis`: where its own is; another's address may hold a password and is not shown. */
export async function greeting(config: ChatConfig, port: number, ownRedis?: string): Promise<string> {
  const lan = lanAddress(config.host);
  const token = await playerToken(config);
  const [apiKey = ""] = config.apiKeys;
  const headers = `-H 'X-Api-Key: ${apiKey}' -H 'Content-Type: application/json'`;
  // The same nonce again is the same message, so each start prints one of its own.
  const nonce = `first-${randomUUID()}`;
  const message = JSON.stringify({
    nonce,
    template: "boss-appeared",
    params: { boss: "Kukulkan" },
    importance: "high",
  });
  return [
    "",
    "Gremio runs.",
    `  page      http://localhost:${port}/`,
    ...(lan ? [`  on LAN    http://${lan}:${port}/`] : []),
    `  token     ${token ?? "sign one with the keys behind GREMIO_TOKEN_JWKS_URL"}   (player ${PLAYER.id}, 12 h)`,
    `  API       curl -s -X POST http://localhost:${port}/v1/channels/guild:${PAGE_GUILD}/messages ${headers} -d '${message}'`,
    `  Redis     ${ownRedis ?? "the one of REDIS_URL"}   (namespace ${config.redis.namespace})`,
    "Ctrl-C ends it.",
    "",
  ].join("\n");
}
