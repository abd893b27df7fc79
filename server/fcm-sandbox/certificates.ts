import { generate } from "selfsigned";

/** PEM texts. `ca` is what a client must trust; `key` and `cert` are the server's and live in memory only. */
export type Certificates = Readonly<{ ca: string; key: string; cert: string }>;

/** The names firebase-admin and its OAuth client connect to, and those of this machine. */
const HOST_NAMES = ["fcm.googleapis.com", "iid.googleapis.com", "oauth2.googleapis.com", "localhost"];

/** Makes a new authority and one server certificate signed by it. Nothing is written to disk. */
export async function throwawayCertificates(): Promise<Certificates> {
  const authority = await generate([{ name: "commonName", value: "FCM sandbox authority" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: "commonName", value: "fcm.googleapis.com" }], {
    keyType: "ec",
    algorithm: "sha256",
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [...HOST_NAMES.map((value) => ({ type: 2 as const, value })), { type: 7, ip: "127.0.0.1" }],
      },
    ],
  });
  return { ca: authority.cert, key: server.private, cert: server.cert };
}
