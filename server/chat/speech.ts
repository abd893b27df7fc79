import { makeCards } from "../card/cards.ts";
import { makeChanges } from "../channel/changes.ts";
import { makeLog } from "../channel/log.ts";
import { makeReads } from "../channel/reads.ts";
import { makeSendSignal } from "../channel/signals.ts";
import { makeSetSlowMode } from "../channel/slow-mode.ts";
import { makeTails } from "../channel/tails.ts";
import { makePersonalFeed } from "../home/personal.ts";
import { toldByWriting } from "../home/told-by-writing.ts";
import { startFilter } from "../moderation/filter/live-filter.ts";
import { makeGate } from "../moderation/gate.ts";
import { makeHeld } from "../moderation/held.ts";
import { hushChanges, hushLog } from "../moderation/hushed.ts";
import { ruleCards, ruleChanges, ruleLog } from "../moderation/ruled.ts";
import { makeRules } from "../moderation/rules.ts";
import { makeStandings } from "../moderation/standing.ts";
import { makeStudioRules } from "../moderation/studio-rules.ts";
import { makeWriters } from "../moderation/writers.ts";
import { makePayShare } from "../reward/rewards.ts";
import { makePartyOf } from "../team/party-of.ts";
import { partyChanges, partyLog } from "../team/party-speech.ts";
import { makeAskStudio } from "../webhook/ask-studio.ts";
import type { SpeechBase } from "./base.ts";

export type Speech = Awaited<ReturnType<typeof makeSpeech>>;

/** What is said and read: the logs of channels behind the rules, the filter, and who is silenced. */
export const makeSpeech = async ({ config, redis, keys, logger, warn }: SpeechBase) => {
  const { historyLength, pace } = config;
  const standings = makeStandings(redis, keys, { onError: warn("standings-check-failed") });
  const studioRules = await makeStudioRules(redis, keys, { onError: warn("studio-rules-check-failed") });
  const rules = makeRules(redis, keys, studioRules);
  const filter = startFilter(config.filterLists, logger);
  if (!config.development) filter.warm();
  const gate = makeGate({
    ...{ rules, filter, studio: studioRules, writers: makeWriters(redis, keys), isMinor: standings.isMinor },
    invitePrefix: config.inviteUrl?.split("{code}")[0],
  });
  const held = makeHeld(redis, keys, makeLog(redis, keys, { historyLength }));
  const partyOf = makePartyOf(redis, keys);
  const written = partyLog(makeLog(redis, keys, { historyLength, pace }), partyOf);
  const personal = makePersonalFeed(redis, keys, warn("personal-feed-failed"));
  personal.onStanding(standings.changed);
  const log = toldByWriting(ruleLog(hushLog(written, standings), { gate, rules }, held.hold), personal);
  const askStudio = config.webhook === undefined ? undefined : makeAskStudio(config.webhook, logger);
  const tails = makeTails(redis, keys, log, logger);
  const hushed = hushChanges(
    {
      changes: ruleChanges(makeChanges(redis, keys, { historyLength, pace }), { gate, rules }),
      cards: ruleCards(makeCards({ redis, keys, log }, { historyLength, askStudio, pay: makePayShare(redis, keys) }), {
        gate,
        rules,
      }),
      sendSignal: makeSendSignal(redis, keys),
    },
    standings,
  );
  const kept = partyChanges(hushed, partyOf);
  return {
    ...{ ...kept, log, personal, tails, standings, studioRules, rules, held },
    judgeText: gate.judgeText,
    reads: makeReads(redis, keys),
    setSlowMode: makeSetSlowMode(redis, keys),
    close: () => {
      standings.close();
      filter.close();
      studioRules.close();
      tails.close();
    },
  };
};
