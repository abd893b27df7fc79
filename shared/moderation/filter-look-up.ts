import type { Lexicon, Sense } from "./filter-lexicon.ts";
import { endOfPhrase } from "./filter-phrase.ts";
import { soundOf } from "./filter-sound.ts";
import { HIDDEN, type Word } from "./filter-words.ts";

/** Words of a text, from an index to before another. */
type Place = Readonly<{ from: number; to: number }>;
type Add = (sense: Sense, start: number, end: number) => void;

/** A word in pieces: at most so many of them, and so few letters at least. */
const MOST_PIECES = 8;
const MOST_APART = 3;
const SPELLED_LEAST = 3;
const SPELLED_MOST = 20;
const JOINED_LEAST = 4;
const INSIDE_LEAST = 6;
const SOUND_LEAST = 5;
/** A word that may be a piece of a longer one says something by itself only with so many letters: "cu" does, but not in "cu|tura". */
const PIECE_LEAST = 4;
/** Words with asterisks that are tried in one text: each costs some hundred look-ups. */
const MOST_HIDDEN = 4;
/** Words whose look-up is remembered, of at most so many letters: nearly all of what is said are the same few thousand. */
const KEPT_WORDS = 20_000;
const KEPT_LETTERS = 24;
const NONE: readonly Sense[] = [];
const LETTERS = "aeioutrcnslmdpgbvhjqfzxky";
const VOWELS = "aeiou";

/** Short words everybody writes: that two of them stand beside each other says nothing. */
const COMMON: ReadonlySet<string> = new Set(
  (
    "a e o u y d q x k de la el lo le me mi tu te se si no es en al un su ya yo da do na ta po vi va fui ja so eu um os as nos ao pra pro que qe ke por con " +
    "com los las una uma uns ver ven voy soy fue hay bien mas muy sin sus mis tus les este esa ese eso son era the and for you is it to in on at my be we he " +
    "if put get got let set see use one two out off too new now how why its job yes own old big did say go or an am us are was not but can has had her his him she who all any may too tan dos tres dia vez ahi aca alla asi oye wey bro gg che pin ma pa"
  ).split(" "),
);

/** What a folded word may be whose asterisks hide letters: one is any letter; of two, one is a vowel. */
function* unhidden(form: string): Generator<string> {
  const at = form.indexOf(HIDDEN);
  const again = form.indexOf(HIDDEN, at + 1);
  const head = form.slice(0, at);
  if (again < 0) for (const letter of LETTERS) yield head + letter + form.slice(at + 1);
  else
    for (const one of LETTERS)
      for (const other of VOWELS.includes(one) ? LETTERS : VOWELS)
        yield head + one + form.slice(at + 1, again) + other + form.slice(again + 1);
}

const strongOnly =
  (add: Add): Add =>
  (sense, start, end) => {
    if (sense.severity !== "mild") add(sense, start, end);
  };

const isCommon = ({ forms: [form = ""] }: Word): boolean => COMMON.has(form);
/** A piece of one or two letters that is no word, or of three among others that are none: "pu ta", "pen dejo", but not "pen is". */
const isOdd = (word: Word, besideCommon: boolean): boolean =>
  (word.forms[0]?.length ?? 0) <= (besideCommon ? 2 : 3) && !isCommon(word);
const isAlone = ({ forms }: Word): boolean => forms[forms.length - 1]?.length === 1;

const letterOf = ({ forms }: Word): string => forms[forms.length - 1] ?? "";
/** The index after the letters that stand alone from a word on. */
const endOfLetters = (words: readonly Word[], from: number): number => {
  let after = from;
  for (let word = words[after]; word !== undefined && isAlone(word); word = words[after]) after++;
  return after;
};

/** Finds in the words of a text what a lexicon has, however it is written. */
export const makeLookUp = ({ words: known, sounds, inside, phrases, allowed, longest }: Lexicon) => {
  const kept = new Map<string, readonly Sense[]>();
  const beginnings = new Set([...known.keys()].map((word) => word.slice(0, SPELLED_LEAST)));

  const add = (senses: readonly Sense[], start: number, end: number, to: Add): void => {
    for (const sense of senses) to(sense, start, end);
  };

  const within = (form: string): readonly Sense[] => {
    for (let at = 0; at + INSIDE_LEAST <= form.length; at++)
      for (const part of inside.get(form.slice(at, at + 3)) ?? [])
        if (form.startsWith(part, at)) return known.get(part) ?? NONE;
    return NONE;
  };

  /** What one form is: a term, what sounds like one, or what has one within. An allowed word is only what a later list says. */
  const sensesOf = (form: string): readonly Sense[] => {
    const rank = allowed.get(form);
    const senses = known.get(form);
    if (rank !== undefined) return senses?.filter((sense) => sense.rank > rank) ?? NONE;
    if (senses !== undefined) return senses;
    if (form.length < SOUND_LEAST) return NONE;
    return (form.length <= longest + 2 ? sounds.get(soundOf(form)) : undefined) ?? within(form);
  };

  const keptSenses = (form: string): readonly Sense[] => {
    if (form.length > KEPT_LETTERS) return sensesOf(form);
    const remembered = kept.get(form);
    if (remembered !== undefined) return remembered;
    if (kept.size >= KEPT_WORDS) kept.clear();
    const senses = sensesOf(form);
    kept.set(form, senses);
    return senses;
  };

  const inOne = ({ forms, start, end, piece }: Word, to: Add): void => {
    if (piece && (forms[0]?.length ?? 0) < PIECE_LEAST) return;
    // "perro" unstretched is "pero": a word that is allowed as it is written is not looked at further.
    if (allowed.has(forms[0] ?? "")) add(keptSenses(forms[0] ?? ""), start, end, to);
    else for (const form of forms) add(keptSenses(form), start, end, to);
  };

  const inHidden = ({ forms, start, end }: Word, to: Add): void => {
    const form = forms.find((one) => one.includes(HIDDEN)) ?? "";
    if (form.length < JOINED_LEAST || form.length > longest + 2) return;
    const bare = form.replaceAll(HIDDEN, "");
    const joined = known.get(bare);
    if (joined !== undefined) add(joined, start, end, to);
    if (joined !== undefined || form.length - bare.length > 2) return;
    for (const one of unhidden(form)) {
      const senses = known.get(one);
      if (senses === undefined || allowed.has(one)) continue;
      add(senses, start, end, strongOnly(to));
      return;
    }
  };

  const inLetters = (letters: readonly Word[], to: Add): void => {
    const spelled = letters.map(letterOf).join("");
    for (let at = 0; at + SPELLED_LEAST <= spelled.length; at++) {
      if (!beginnings.has(spelled.slice(at, at + SPELLED_LEAST))) continue;
      const least = spelled.length === SPELLED_LEAST ? SPELLED_LEAST : JOINED_LEAST;
      for (let length = Math.min(SPELLED_MOST, spelled.length - at); length >= least; length--) {
        const part = spelled.slice(at, at + length);
        const senses = allowed.has(part) ? undefined : known.get(part);
        if (senses === undefined) continue;
        add(senses, letters[at]?.start ?? 0, letters[at + length - 1]?.end ?? 0, to);
        at += length - 1;
        break;
      }
    }
  };

  /** Letters standing alone, three and more, spell what they would together, also stretched. */
  const inSpelled = (letters: readonly Word[], to: Add): void => {
    inLetters(letters, to);
    const unstretched = letters.filter((word, at) => at === 0 || letterOf(word) !== letterOf(letters[at - 1] ?? word));
    if (unstretched.length < letters.length && unstretched.length >= SPELLED_LEAST) inLetters(unstretched, to);
  };

  /** Words that together are one: pieces between signs, or, when one of them is none that people write, between blanks. */
  const inJoined = (words: readonly Word[], from: number, first: Word, to: Add): void => {
    const strong = strongOnly(to);
    let [joined, even] = [first.forms[0] ?? "", first.forms[first.forms.length - 1] ?? ""];
    let glued = true;
    for (let at = from + 1; at < from + MOST_PIECES; at++) {
      const word = words[at];
      if (word === undefined) return;
      glued &&= word.glued;
      if (!glued && at >= from + MOST_APART) return;
      joined += word.forms[0] ?? "";
      even += word.forms[word.forms.length - 1] ?? "";
      if (even.length > longest) return;
      if (even.length < JOINED_LEAST || allowed.has(joined)) continue;
      if (!glued) {
        const pieces = words.slice(from, at + 1);
        const besideCommon = pieces.some(isCommon);
        if (!pieces.some((piece) => isOdd(piece, besideCommon))) continue;
      }
      const senses = known.get(joined) ?? known.get(even) ?? (glued ? sounds.get(soundOf(joined)) : undefined);
      if (senses !== undefined) add(senses, first.start, word.end, glued ? to : strong);
    }
  };

  /** `spelled`: the last letters that stand alone, three and more, of which some are no phrase: "f u" of "f u n". */
  const inPhrases = (words: readonly Word[], at: number, word: Word, spelled: Place, to: Add): void => {
    for (const form of word.forms) {
      const beginning = phrases.get(form);
      if (beginning === undefined) continue;
      for (const { phrase, sense } of beginning) {
        const after = endOfPhrase(phrase, words, at);
        const last = words[after - 1];
        const isPart = after <= spelled.to && after - at < spelled.to - spelled.from;
        if (last !== undefined && !isPart) to(sense, word.start, last.end);
      }
    }
  };

  return (words: readonly Word[], to: Add): void => {
    let hidden = 0;
    let spelled: Place = { from: 0, to: 0 };
    for (let at = 0; at < words.length; at++) {
      const word = words[at];
      if (word === undefined) return;
      if (at >= spelled.to && isAlone(word)) {
        const end = endOfLetters(words, at);
        if (end - at >= SPELLED_LEAST) {
          spelled = { from: at, to: end };
          inSpelled(words.slice(at, end), to);
        }
      }
      inOne(word, to);
      if (word.hidden > 0 && hidden++ < MOST_HIDDEN) inHidden(word, to);
      inPhrases(words, at, word, spelled, to);
      if (at + SPELLED_LEAST <= spelled.to) continue;
      const [second, third] = [words[at + 1], words[at + 2]];
      if (
        second !== undefined &&
        (second.glued || isOdd(word, false) || isOdd(second, false) || (third && isOdd(third, false)))
      )
        inJoined(words, at, word, to);
    }
  };
};
