/** What a member of guild `g1` says there. */
export const aText = (body: string, author = "ana", nonce = `nonce-${body}`) => ({
  channel: "guild:g1",
  author,
  nonce,
  kind: "text" as const,
  body,
});
