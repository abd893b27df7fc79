import { describe, expect, test } from "vitest";
import { judgedIn } from "./a-filter.ts";

type Row = readonly [how: string, country: string, disguised: string, innocent: string];

/** Each disguise, and beside it an innocent line that has the same letters, signs or ways about it. */
const rows: readonly Row[] = [
  // Invisible characters and marks.
  ["zero-width spaces", "MX", "p\u200be\u200bn\u200bd\u200be\u200bj\u200bo", "com\u200bpu\u200bta\u200bdora"],
  ["zero-width joiners", "BR", "c\u200da\u200dr\u200da\u200dlho", "cara\u200dlhota não, cara legal"],
  ["soft hyphens", "AR", "pe\u00adlo\u00adtu\u00addo", "la dispu\u00adta por el castillo"],
  ["a word joiner", "EN", "fu\u2060ck you", "the fu\u2060ll truck"],
  ["turning marks", "CO", "\u202emal\u202cpari\u202ddo", "\u200fbien parido el plan"],
  ["variation selectors", "EN", "b\ufe0fi\ufe0ft\ufe0fc\ufe0fh", "the p\ufe0fitch deck"],
  ["a Hangul filler", "PE", "mi\u3164er\u3164da", "me\u3164rien\u3164da"],
  ["a byte order mark", "MX", "cu\ufefflero", "cuc\ufeffhillero"],
  ["piled marks", "MX", "p̷̢u̴͜t̸̨o̵̡", "a̷p̸u̵n̶t̷o en la pizarra"],
  ["diacritics", "BR", "fîlhö dá pütà", "dispùtá dê fîlhô mais velho"],
  ["diacritics in English", "EN", "ásshölé", "ásséssmént höle"],
  // Look-alikes and styles.
  ["Cyrillic", "MX", "сulеrо", "Сосinа"],
  ["Greek", "BR", "cαrαlhο", "cαrαcοl"],
  ["Armenian", "EN", "ֆս\u0581k... ցս fսck", "ո\u0585 luck"],
  ["full width", "EN", "ｓｈｉｔ", "ｓｈｉｒｔ"],
  ["mathematical", "CO", "𝕙𝕚𝕛𝕦𝕖𝕡𝕦𝕥𝕒", "𝕙𝕚𝕛𝕠 𝕞𝕒𝕪𝕠𝕣"],
  ["fraktur", "BR", "𝔭𝔬𝔯𝔯𝔞", "𝔭𝔬𝔯 𝔯𝔞𝔷𝔞𝔬"],
  ["circled", "AR", "ⓑⓞⓛⓤⓓⓞ", "ⓢⓐⓛⓤⓓⓞ"],
  ["squared", "EN", "🅵🆄🅲🅺", "🅵🆄🅽"],
  ["small capitals", "EN", "ʙɪᴛᴄʜ", "ᴘɪᴛᴄʜ"],
  ["superscripts", "MX", "ᵖᵘᵗᵒ", "ᵖᵘⁿᵗᵒ"],
  // Digits and signs for letters.
  ["leetspeak", "CL", "w30n c0nch3tum4dr3", "c0nch3 t0r0 2023"],
  ["leetspeak in Portuguese", "BR", "4rr0mb4d0", "arr0z 4 5"],
  ["leetspeak in English", "EN", "4ssh0l3", "4ss3ssm3nt"],
  ["5 for s", "EN", "5h1t", "5h1rt"],
  ["a dollar sign", "EN", "a$$hole", "pa$$word"],
  ["an exclamation mark for i", "CO", "m!erda", "m!ercoles"],
  ["a bar for i", "EN", "sh|t", "sh|rt"],
  ["a bar for l", "MX", "cu|o", "cu|tura"],
  ["a bar and a digit", "VE", "mamague|v0 m4m4gu3v0", "el mang0 v|ejo"],
  ["a plus for t", "MX", "pu+o", "vivo+sano"],
  ["a euro sign", "BR", "m€rda", "m€rcado"],
  ["an at sign", "BR", "put@ria, sua put@", "disput@ acirrada"],
  ["asterisks", "EN", "f**k you", "2**3 is 8"],
  ["a hash for a letter", "MX", "p#ndejo", "puntos#dejo"],
  // Stretched.
  ["stretched", "AR", "boluuuuuudooooo", "saluuuuudooooos"],
  ["every letter stretched", "BR", "ppoorrrraa", "por aaamor"],
  ["stretched in English", "EN", "biiiitttchhhh", "hiiii peeeople"],
  ["stretched capitals", "CL", "CULIAOOOOOO", "CUIDAOOOOOO"],
  ["stretched with digits", "EN", "sh1111t", "the 1111th run"],
  // Apart.
  ["blanks", "PE", "m i e r d a", "m i a m i"],
  ["blanks in English", "EN", "f u c k off", "f u n game"],
  ["bars between letters", "MX", "m|i|e|r|d|a", "m|i|e|r|c|o|l|e|s"],
  ["bars between pieces", "CO", "mal|pari|do", "mal|tra|zado"],
  ["bars between words", "AR", "hola|boludo|chau", "hola|salud|chau"],
  ["bars with blanks", "MX", "p | u | t | o", "a | b | c | d"],
  ["plus signs between letters", "BR", "m+e+r+d+a", "m+e+l+a+o"],
  ["a digit between letters", "MX", "p1u1t1a", "p1u1m1a"],
  ["full stops", "VE", "co.ño.e.tu.ma.dre", "co.pa.de.tu.ma.no"],
  ["hyphens", "BR", "v-i-a-d-o", "v-i-a-d-u-t-o"],
  ["underscores", "EN", "f_u_c_k", "f_u_n_k"],
  ["slashes", "MX", "p/u/t/o", "p/u/m/a"],
  ["tildes and dots in turn", "AR", "p~e.l~o.t~u.d~o", "p~e.l~o.t~a"],
  ["middle dots", "CL", "c·u·l·i·a·o", "c·u·i·d·a·o"],
  ["brackets", "EN", "(s)(h)(i)(t)", "(s)(h)(i)(p)"],
  ["quotation marks", "BR", 'c"u"z"ã"o', 'c"a"s"ã"o'],
  ["apostrophes", "MX", "pen'de'jo", "d'el mar"],
  ["lines", "EN", "b\ni\nt\nc\nh", "p\ni\nt\nc\nh"],
  ["two pieces", "MX", "pen dejo", "el pen drive de ella"],
  ["a piece cut off", "BR", "cara lho", "cara, lhe digo"],
  ["wide blanks", "EN", "f\u2003u\u2003c\u2003k", "f\u2003u\u2003n"],
  // Emoji.
  ["emoji between letters", "MX", "p🔥u🔥t🔥o", "p🔥u🔥m🔥a"],
  ["emoji within", "BR", "cara😂lho", "cara😂legal"],
  ["an emoji with a skin", "EN", "fu🖕🏽ck", "fu🖕🏽nk"],
  ["a family of emoji", "AR", "bolu👨‍👩‍👧do", "salu👨‍👩‍👧do"],
  ["letters as flags", "EN", "🇸🇭🇮🇹", "🇸🇭🇮🇵"],
  ["a keycap", "EN", "sh1\ufe0f\u20e3t", "1\ufe0f\u20e3 2\ufe0f\u20e3 3\ufe0f\u20e3 go"],
  // Capitals, sound, and several at once.
  ["mixed capitals", "CO", "HiJuEpUtA", "HiJiTo mIo"],
  ["by sound", "MX", "kabrón kulero", "kabra y kukara"],
  ["by sound in Portuguese", "BR", "karalho", "karaokê"],
  ["marks and blanks", "PE", "ç ó ñ c h á t ú m á d r é", "ç ó m ó é s t á s"],
  ["Cyrillic and a digit", "EN", "fuсk1ng", "fun 1 kind"],
  ["stretched and apart", "AR", "p u u u t o o", "p u u u m"],
  ["full width and bars", "MX", "ｐ|ｕ|ｔ|ｏ", "ｐ|ｕ|ｍ|ａ"],
  ["capitals, bars and a digit", "BR", "M|3|R|D|4", "M|3|L|4|O"],
];

const innocents: Readonly<Record<string, readonly string[]>> = {
  MX: [
    "computadora, computación, imputar, diputado, reputación, disputa, amputar",
    "cuello, cubículo, cálculo, cucaracha, músculo, báscula, vehículo, espectáculo, pulcro",
    "análisis, canalizar, analista, canal, finales, penal, banal",
    "penetrante, peneque, peña, penúltima, penalti",
    "vergel, qué verguenza, vergüenza, convergencia",
    "mamá me mandó, mamut, mamífero, mami",
    "Pinto, Putumayo, Cojutepeque, Chochola, Culiacán, Tetela, Mojón, Caguas",
    "cocina, cochino no, coche, concho, coco",
    "pollas no, pollo, repollo, pollera",
    "me dio la tos y mi tía puso té",
  ],
  BR: [
    "computador, reputação, disputa, deputado, input, output",
    "cupom, curso, cuidado, currículo, escuro, cubo, acumular, cutucar, recuperar",
    "análise, canal, final, penal, banal",
    "pintor, Pinto, pintar, pintinho amarelinho",
    "Curitiba, Cuiabá, Picos, Buçaco, Bucareste, Viamão",
    "caralistas não, caracol, caramelo",
    "rolar, enrola, controla, carambola",
    "pau-brasil, pausa, paulista, paulada no boss",
  ],
  EN: [
    "assessment, assassin, class, grass, bass, compass, ambassador, embassy, passage",
    "Scunthorpe, Penistone, Sussex, Essex, Middlesex, Cockburn, Lightwater, Clitheroe, Dickinson",
    "putamen, cucumber, document, accumulate, circumference",
    "cocktail, peacock, Hancock, cockpit, Hitchcock",
    "analysis, analog, canal, banal, penal, analyst",
    "shiitake, mishit, Shitake, sheet, shift",
    "titan, title, constitution, entity, stitch, tithe",
    "grape, drape, therapist, scrape, trapeze",
    "night, nigh, Niger, Nigeria, Niger delta",
    "The bot is down, the bots are online, is the bot back? that bot posts news",
    "These fonts are horrible and the delay is awful; the weather is terrible, is it ugly?",
    "your baby is cute, those kids are great, this fat cat",
  ],
};

const inEnglish = (country: string): string => (country === "EN" ? "MX" : country);

describe("disguises", () => {
  test.each(rows)("[MO2] %s (%s): %s is found, and %s is not", (_, country, disguised, innocent) => {
    expect(judgedIn(inEnglish(country), disguised).verdict).not.toBe("clean");
    expect(judgedIn(inEnglish(country), innocent).found).toEqual([]);
  });

  test.each(Object.entries(innocents).flatMap(([country, lines]) => lines.map((line) => [country, line] as const)))(
    "[MO3] nothing is found in words that only resemble bad ones (%s): %s",
    (country, line) => {
      expect(judgedIn(inEnglish(country), line).found).toEqual([]);
    },
  );
});
