import { connect } from "node:net";
import { ERRORS } from "../../shared/errors.ts";
import type { Case } from "../api-case.ts";
import { makeDraw, seedOf } from "./draw.ts";
import { httpAttempt } from "./http-requests.ts";

export type HttpAttack = { part: number; operation: string; status: number; wrong: string | undefined; sent: Buffer };

const PATIENCE_MS = 15_000;
const WAITING_MS = 100;

/** Request number `part` of the campaign `seed`. Anything but a refusal or a success is wrong: an error of the server's, no answer, an answer nobody understands. */
export const runHttpAttack = async (
  port: number,
  seed: number,
  part: number,
  cases: readonly [Case, ...Case[]],
): Promise<HttpAttack> => {
  const { operation, bytes, whole } = httpAttempt(makeDraw(seedOf(seed, part)), cases);
  const { answer, late } = await exchange(port, bytes, whole);
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1] ?? 0);
  const wrong = late ? "not let go" : whole && answer === "" ? "no answer" : judged(answer, status);
  return { part, operation, status, wrong, sent: bytes };
};

/** Of a request that may not have ended it is said after a while that no more comes. `late`: the server still holds the connection long after that. */
const exchange = (port: number, bytes: Buffer, whole: boolean): Promise<{ answer: string; late: boolean }> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    const chunks: Buffer[] = [];
    let late = false;
    const ending = whole ? undefined : setTimeout(() => socket.end(), WAITING_MS);
    const timer = setTimeout(() => {
      late = true;
      socket.destroy();
    }, PATIENCE_MS);
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearTimeout(ending);
      clearTimeout(timer);
      resolve({
        answer: Buffer.concat(chunks)
          .toString()
          .replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, ""),
        late,
      });
    });
    socket.write(bytes);
  });

const judged = (answer: string, status: number): string | undefined => {
  if (status >= 500) return `answered ${status}: ${answer.slice(0, 500)}`;
  const code = /"error":\{"code":"([^"]*)"/.exec(answer)?.[1];
  if (code !== undefined && !Object.hasOwn(ERRORS, code)) return `an unknown code: ${code}`;
  if (code === "internal") return `internal: ${answer.slice(0, 500)}`;
  return answer !== "" && status === 0 ? `no HTTP: ${answer.slice(0, 200)}` : undefined;
};
