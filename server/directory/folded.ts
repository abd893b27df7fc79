/** As it is looked for: without case, accents and other marks, of one kind of space. */
export const folded = (text: string): string =>
  text
    .normalize("NFKD")
    .replaceAll(/[\p{M}\p{Cc}\p{Cf}]/gu, "")
    .toLowerCase()
    .replaceAll(/\s+/gu, " ")
    .trim();

/** Most beginnings by which a name is found. */
const WORDS = 4;

/** The folded name from each of its first words on: "los lobos" is found by "lob", too. */
export const beginningsOf = (name: string): string[] => {
  const words = folded(name).split(" ");
  return words
    .slice(0, WORDS)
    .map((_, index) => words.slice(index).join(" "))
    .filter((beginning) => beginning !== "");
};
