import { deflateRawSync, inflateRawSync } from "node:zlib";
import { parsedJson } from "../redis/parsed-json.ts";
import { type Decision, decisionSchema } from "./decision.ts";

/**
 * What decisions have in common, so that each is kept as what it differs by: a fifth of its JSON. Stored decisions need it to be read: who changes it adds one of the next version and keeps
 * this one for as long as decisions may be kept.
 */
const FIRST = Buffer.from(
  [
    '"unread-after-grace""unread-after-match""unread-after-burst""kind-digest""over-budget""do-not-disturb""quiet-hours""snoozed""mentions-only""channel-off""important-only"',
    '"condition-gone""not-concerned""entry-gone""not-member""no-device""push-off""expired""digest-due""plain-chat""idle""lost""recent""burst""unconcerned""urgent""normal""none""mentions"',
    ',"until":1,"matchUntil":1,"awaitedUntil":1,"kindPush":"now","lately":{"at":1,"pushes":1},"gap":true,"deadline":1"kind":"war-start""war-last-hour""attack""invitation""request""reward"',
    '"reply""mention""call""event""chatter""type":"window""type":"digest""in-match""present""reading""own-entry""told""read""America/Sao_Paulo""America/Mexico_City""gave-up""gone"',
    '{"at":1795361818,"about":{"type":"notice","channel":"guild:","epoch":1,"seq":1,"at":1795361818},"outcome":"later","reason":"digest","outcome":"drop","reason":"outcome":"now","reason":"away",',
    '"inputs":{"type":"notice","kind":"announcement","importance":"important","personal":true,"author":"","seq":1,"expiresAt":1795448218,"gone":false,"graceMs":60000,"perHour":6,"perDay":24,',
    '"player":"","member":true,"banned":false,"blocked":false,"concern":"concerned","readSeq":1,"unread":1,"told":false,"push":"all","channelPush":"all","snoozedUntil":0,"doNotDisturbUntil":0,',
    '"quiet":{"from":"22:00","to":"07:00","zone":"America/Bogota"},"devices":1,"pushedHour":0,"pushedDay":0,"presence":"away","waited":false},"sent":{"d1":"sent"},',
    '"answers":{"d1":"projects/game/messages/0:1795361818"},"push":{"id":"","kind":"announcement","tag":"guild:#1."}}',
  ].join(""),
);
const SECOND = Buffer.from(
  [
    '"unread-after-grace""unread-after-match""unread-after-burst""kind-digest""over-budget""do-not-disturb""quiet-hours""snoozed""mentions-only""channel-off""important-only"',
    '"condition-gone""not-concerned""entry-gone""not-member""no-device""push-off""expired""digest-due""plain-chat""idle""lost""recent""burst""unconcerned""urgent""normal""none""mentions"',
    ',"until":1,"matchUntil":1,"awaitedUntil":1,"kindPush":"now","lately":{"at":1,"pushes":1},"gap":true,"held":true,"gapsMs":[20000,60000,300000],"graceMs":15000,"deadline":1"kind":"war-start""war-last-hour""attack""invitation""request""reward"',
    '"reply""mention""call""event""chatter""type":"window""type":"digest""in-match""present""reading""own-entry""told""read""America/Sao_Paulo""America/Mexico_City""gave-up""gone"',
    '{"at":1795361818,"about":{"type":"notice","channel":"guild:","epoch":1,"seq":1,"at":1795361818},"outcome":"later","reason":"digest","outcome":"drop","reason":"outcome":"now","reason":"away",',
    '"inputs":{"type":"notice","kind":"announcement","importance":"important","personal":true,"author":"","seq":1,"expiresAt":1795448218,"gone":false,"graceMs":60000,"gapsMs":[60000,300000,900000],"perHour":6,"perDay":24,',
    '"player":"","member":true,"banned":false,"blocked":false,"concern":"concerned","readSeq":1,"unread":1,"begun":false,"told":false,"presence":"away","push":"all","channelPush":"all","snoozedUntil":0,"doNotDisturbUntil":0,',
    '"quiet":{"from":"22:00","to":"07:00","zone":"America/Bogota"},"devices":1,"pushedHour":0,"pushedDay":0,"lately":{"at":1795361818,"pushes":1},"waited":false},"sent":{"d1":"sent"},',
    '"answers":{"d1":"projects/game/messages/0:1795361818"},"push":{"id":"","kind":"announcement","tag":"guild:#1."}}',
  ].join(""),
);
/** The dictionary and the decision both fit into the window, and what comes out into a chunk; the usual one of 16 KB is made anew each time. Better levels save hardly a byte and take twice as long. */
const WINDOW = { windowBits: 12, memLevel: 3, level: 1, chunkSize: 1024 } as const;
/** By what a stored decision begins with. */
const DICTIONARIES: Readonly<Record<string, Buffer>> = { 1: FIRST, 2: SECOND };
const VERSION = "2";

export const packDecision = (decision: Decision): string =>
  VERSION + deflateRawSync(JSON.stringify(decision), { ...WINDOW, dictionary: SECOND }).toString("base64url");

/** Undefined: of a version that is not known here. */
export const unpackDecision = (stored: string): Decision | undefined => {
  const dictionary = DICTIONARIES[stored.slice(0, 1)];
  const json = dictionary === undefined ? stored : inflated(stored, dictionary);
  const parsed = decisionSchema.safeParse(parsedJson(json));
  return parsed.success ? parsed.data : undefined;
};

const inflated = (stored: string, dictionary: Buffer): string =>
  inflateRawSync(Buffer.from(stored.slice(1), "base64url"), { dictionary }).toString();
