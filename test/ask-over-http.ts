import { OPERATIONS, type OperationName } from "../shared/operations.ts";

/** An operation over HTTP, its request put into path, query and body as its description says. */
export const askOverHttp = async (
  port: number,
  headers: Readonly<Record<string, string>>,
  name: OperationName,
  request: object,
): Promise<{ status: number; body: unknown }> => {
  const { method, path } = OPERATIONS[name];
  const rest = new Map<string, unknown>(Object.entries(request));
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, field: string) => {
    const value = String(rest.get(field));
    rest.delete(field);
    return encodeURIComponent(value);
  });
  const inQuery = method === "get" || method === "delete";
  const query = new URLSearchParams([...rest].map(([field, value]) => [field, String(value)]));
  const response = await fetch(`http://127.0.0.1:${port}${filled}${inQuery && rest.size > 0 ? `?${query}` : ""}`, {
    method: method.toUpperCase(),
    headers: { ...headers, ...(inQuery || rest.size === 0 ? {} : { "content-type": "application/json" }) },
    ...(inQuery || rest.size === 0 ? {} : { body: JSON.stringify(Object.fromEntries(rest)) }),
  });
  return { status: response.status, body: await response.json() };
};
