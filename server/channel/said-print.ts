import { cardBodySchema } from "../../shared/card.ts";
import { type EntryKind, phraseBodySchema, stickerBodySchema } from "../../shared/entry.ts";
import { printOf, printOfId } from "./skeleton.ts";

/**
 * What is compared when a member says the same again ('' nothing): a message's words; a sticker, or a phrase without parameters, as itself and like a short
 * text; a phrase with parameters as its id and what they say, since anything can be said in
 * them; a card by its words.
 */
export const saidPrint = (kind: EntryKind, body: unknown): string => {
  if (kind === "sticker") {
    const { pack, sticker } = stickerBodySchema.parse(body);
    return printOfId(`sticker ${pack} ${sticker}`);
  }
  if (kind === "phrase") {
    const { phrase, params = {} } = phraseBodySchema.parse(body);
    const said = Object.values(params);
    return said.length === 0 ? printOfId(`phrase ${phrase}`) : printOf([phrase, ...said].join(" "));
  }
  if (kind === "card") {
    const { fallback } = cardBodySchema.parse(body);
    return printOf(fallback.en);
  }
  return printOf(wordsIn(body));
};

const wordsIn = (body: unknown): string => {
  if (typeof body === "string") return body;
  return typeof body === "object" && body !== null && "text" in body && typeof body.text === "string" ? body.text : "";
};
