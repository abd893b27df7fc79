import { makeRandom } from "../random.ts";

const WORDS =
  "vamos agora quem joga hoje falta pouco ponto guerra dale ahora buena amigo chefe torre ouro sorte rapido calma noche".split(
    " ",
  );
/** A line of chat. */
const WORDS_A_LINE = 8;

/** Lines that nobody could take for the same one said again; the same ones in every run. */
export const makeTexts = (seed: number): (() => string) => {
  const random = makeRandom(seed);
  return () => Array.from({ length: WORDS_A_LINE }, () => WORDS[Math.floor(random() * WORDS.length)]).join(" ");
};
