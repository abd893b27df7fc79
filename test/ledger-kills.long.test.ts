import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { folderArchive } from "../server/points/archive-folder.ts";
import { type Book, makeLedger } from "../server/points/ledger.ts";
import { makeTransfers } from "../server/points/transfers.ts";
import { BUCKETS } from "../server/redis/bucket.ts";
import { movedSchema } from "../shared/api/points.ts";
import { aFolder } from "./a-folder.ts";
import { allEntries } from "./a-ledger.ts";
import type { Service } from "./a-service.ts";
import { aStudio } from "./a-studio.ts";
import { bareEnvironment } from "./bare-environment.ts";
import { BOOKS } from "./ledger-killed.ts";
import { run } from "./run.ts";

const LASTS_MS = 30_000;
const WRITERS = 12;
const GUESTS = 12;

const bookOf = (owner: string): Book =>
  owner.startsWith("guild:") ? { guild: owner.slice(6) } : { player: owner.slice(7) };

/** A process of this file, which is killed (-9) with the test. */
const aProcess = async (file: string, env: Readonly<Record<string, string>>) => {
  const child = spawn(process.execPath, [join(import.meta.dirname, file)], {
    env: { ...bareEnvironment(), ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
  };
  onTestFinished(kill);
  await once(createInterface(child.stdout), "line");
  return { kill };
};

test("[PO13] [PO18] [PO20] [LI2] processes are killed (-9) while they move, take back, transfer, fold and link: all adds up, and each key moved once", async () => {
  const studio = await aStudio();
  const folder = await aFolder();
  const env = { ...studio.env, GREMIO_LEDGER_FOLDER: folder, GREMIO_LEDGER_KEEP: "25" };
  await studio.guild("g1", ["ana", "beto"]);
  await studio.guild("g2", ["caro"]);
  const guests = Array.from({ length: GUESTS }, (_, n) => `guest-${n}`);
  for (const guest of guests) await studio.players.putProfile(guest, { name: guest });
  for (const guest of guests.slice(0, 4)) await studio.guilds.admit("g1", guest, "member");
  const chats: Service[] = await Promise.all([studio.chat(env), studio.chat(env)]);
  const workers = await Promise.all([aProcess("ledger-process.ts", env), aProcess("ledger-process.ts", env)]);
  let writing = true;

  /** Asks one chat process after the other until one answers. */
  const ask = async (path: string, body: object): Promise<{ status: number; body: unknown }> => {
    for (;;) {
      const chat = chats[Math.floor(Math.random() * chats.length)];
      const headers = { "x-api-key": studio.env.GREMIO_API_KEYS ?? "", "content-type": "application/json" };
      const answer = await fetch(`http://127.0.0.1:${chat?.port}/v1/${path}`, {
        ...{ method: "POST", headers, body: JSON.stringify(body), signal: AbortSignal.timeout(5_000) },
      })
        .then(async (response) => ({ status: response.status, body: await response.json() }))
        .catch(() => undefined);
      if (answer !== undefined && answer.status < 500) return answer;
    }
  };

  const told: { owner: string; key: string; entry: string; amount: number }[] = [];
  const write = async (lane: number): Promise<void> => {
    for (let n = 0; writing; n++) {
      const owner = BOOKS[(lane + n) % BOOKS.length] ?? "";
      const [kind, id] = owner.split(":");
      const [key, amount] = [`k-${lane}-${n}`, n % 4 === 3 ? -3 : 5];
      const member = owner === "guild:g1" ? { member: lane % 2 === 0 ? "ana" : "beto" } : {};
      const moved = await ask(`${kind}s/${id}/points`, { key, amount, reason: "quest", ...member });
      if (moved.status !== 200) {
        expect(moved.body).toMatchObject({ error: { code: "points-insufficient" } });
        continue;
      }
      told.push({ owner, key, amount, entry: movedSchema.parse(moved.body).entry });
      if (n % 5 !== 4) continue;
      const back = await ask(`${kind}s/${id}/points/reversals`, { key, reason: "cheat" });
      if (back.status === 200)
        told.push({ owner, key: `~reverse:${key}`, amount: -amount, entry: movedSchema.parse(back.body).entry });
      else expect(back.body).toMatchObject({ error: { code: "points-insufficient" } });
    }
  };
  const link = async (): Promise<void> => {
    for (const [n, guest] of guests.entries()) {
      await ask(`players/${guest}/points`, { key: "k", amount: 10 + n, reason: "quest" });
      if (n < 4) await ask("guilds/g1/points", { key: `from-${guest}`, amount: 7, member: guest, reason: "quest" });
      const { status, body } = await ask(`players/${guest}/link`, { account: `account-${n}` });
      expect({ status, body }).toMatchObject({ status: 200, body: { balance: 10 + n } });
    }
  };
  const killChats = async (): Promise<void> => {
    for (let n = 0; writing; n++) {
      const next = await studio.chat(env);
      const dying = chats[n % chats.length];
      chats[n % chats.length] = next;
      await dying?.kill();
    }
  };
  const killWorkers = async (): Promise<void> => {
    for (let n = 0; writing; n++) {
      const next = await aProcess("ledger-process.ts", env);
      await workers[n % workers.length]?.kill();
      workers[n % workers.length] = next;
    }
  };

  setTimeout(() => {
    writing = false;
  }, LASTS_MS);
  await Promise.all([...Array.from({ length: WRITERS }, (_, lane) => write(lane)), link(), killChats(), killWorkers()]);
  for (const process of [...workers, ...chats]) await process.kill();

  const { redis, keys } = studio;
  const transfers = makeTransfers(redis, keys);
  for (let bucket = 0; bucket < BUCKETS; bucket++) expect(await transfers.resume(bucket, -1_000)).toBe(0);
  const ledger = makeLedger(redis, keys, folderArchive(join(folder, keys.namespace)));
  let held = 0;
  for (const owner of BOOKS) {
    const entries = await allEntries(ledger, bookOf(owner));
    const byKey = new Map(entries.map((entry) => [entry.key, entry.entry]));
    expect(byKey.size, owner).toBe(entries.length);
    for (const { key, entry } of told.filter((one) => one.owner === owner)) expect(byKey.get(key), key).toBe(entry);
    held += await ledger.balance(bookOf(owner));
  }
  // Transfers move points from one of these books to another, or give them back; the guests brought 4 * 7 to g1.
  expect(held).toBe(told.reduce((sum, { amount }) => sum + amount, 4 * 7));
  for (const [n, guest] of guests.entries()) {
    expect(await ledger.balance({ player: `account-${n}` })).toBe(10 + n);
    expect(await ledger.balance({ player: guest })).toBe(0);
  }
  const audited = await run(process.execPath, [join(import.meta.dirname, "../server/audit-ledger.ts")], {
    env: { ...bareEnvironment(), ...env },
  });
  expect(audited).toMatchObject({ code: 0 });
  expect(audited.out).toMatch(/ [\d,]{2,} segments: everything adds up/);
}, 180_000);
