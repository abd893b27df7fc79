/** How many bytes came with a socket's message. */
export const bytesOf = (event: unknown): number => {
  const data = typeof event === "object" && event !== null && "data" in event ? event.data : undefined;
  return data instanceof ArrayBuffer || ArrayBuffer.isView(data) ? data.byteLength : 0;
};
