/**
 * How a folded word sounds in Spanish and Portuguese, where letters stand for one sound: k, qu and c; z, s and soft c; b and v; soft g and j; ll and y; w
 * and hu; and the h that is not spoken. Words that sound alike have the same; words of other scripts stand for themselves.
 */
export const soundOf = (word: string): string => {
  let sound = "";
  for (let at = 0; at < word.length; at++) {
    const letter = word.charAt(at);
    const next = word.charAt(at + 1);
    const soft = next === "e" || next === "i";
    switch (letter) {
      case "c":
        sound += next === "h" ? "x" : soft ? "s" : "k";
        if (next === "h") at++;
        break;
      case "q":
        sound += "k";
        if (next === "u") at++;
        break;
      case "z":
        sound += "s";
        break;
      case "v":
        sound += "b";
        break;
      case "g":
        sound += soft ? "j" : "g";
        break;
      case "l":
        sound += next === "l" ? "y" : "l";
        if (next === "l") at++;
        break;
      case "w":
        sound += "u";
        break;
      case "s":
        sound += next === "h" ? "x" : "s";
        if (next === "h") at++;
        break;
      case "h":
        break;
      case "n":
        sound += next === "h" ? "ñ" : "n";
        if (next === "h") at++;
        break;
      default:
        sound += letter;
    }
  }
  return sound;
};
