import type { CommandRequest } from "../../shared/commands.ts";
import { GremioError } from "../../shared/errors.ts";
import { cleanPhraseParams } from "../../shared/phrase-params.ts";
import { isQuickPhraseId, QUICK_PHRASES } from "../../shared/quick-phrase.ts";
import type { Handler } from "./commands.ts";
import type { SeatHouse } from "./house.ts";

/** What is said with one tap. What speaks against it (a pack taken away, a phrase removed) does not hold for what was written before under the same nonce. */
export const makeTapCommands = ({
  log,
  packs,
  phrases,
}: SeatHouse): { sticker: Handler<"sticker">; phrase: Handler<"phrase"> } => {
  const judged = async ({ phrase, params = {} }: CommandRequest<"phrase">) => {
    const texts = isQuickPhraseId(phrase) ? QUICK_PHRASES[phrase] : (await phrases.lately()).inUse.get(phrase);
    if (texts === undefined) return { params, refused: new GremioError("phrase-unknown") };
    try {
      return { params: cleanPhraseParams(texts, params) };
    } catch (error) {
      if (error instanceof GremioError) return { params, refused: error };
      throw error;
    }
  };

  return {
    sticker: async ({ nonce, pack, sticker, reply }, { visitor, channel }) => {
      const { player: author, tokenPacks } = visitor;
      const owned = await packs.owns(author, pack, tokenPacks);
      const { epoch, seq, at } = await log.append({
        ...{ channel, author, nonce, kind: "sticker" },
        body: { pack, sticker, ...(reply === undefined ? {} : { reply }) },
        refused: owned ? undefined : new GremioError("pack-not-owned"),
      });
      return { epoch, seq, at };
    },

    phrase: async (request, { visitor, channel }) => {
      const { nonce, phrase, reply } = request;
      const { params, refused } = await judged(request);
      const { epoch, seq, at } = await log.append({
        ...{ channel, author: visitor.player, nonce, kind: "phrase" },
        body: {
          phrase,
          ...(Object.keys(params).length === 0 ? {} : { params }),
          ...(reply === undefined ? {} : { reply }),
        },
        // Not what it became: a phrase that has been removed says no more which parameters it has.
        asked: { phrase, params: request.params, reply },
        refused,
      });
      return { epoch, seq, at };
    },
  };
};
