import { hostname } from "node:os";
import type { MiddlewareHandler } from "hono";

const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\])$/;

/**
 * Lets only this machine's own page in: it hands out players' tokens. A site whose name was made to lead here (DNS rebinding) is known by the Host header, any
 * other site by its Origin.
 */
export const ownPageOnly: MiddlewareHandler = async (c, next) => {
  const { host, hostname: name } = new URL(c.req.url);
  const origin = c.req.header("origin");
  const isOwn = origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
  if (!isOwn || !isOwnName(name)) return c.text("Only this machine's own page may ask.", 403);
  await next();
};

const isOwnName = (name: string): boolean => {
  const own = hostname().toLowerCase();
  return ADDRESS.test(name) || ["localhost", own, `${own}.local`].includes(name.toLowerCase());
};
