import type { TraceLine } from "../bench/replay/trace.ts";

/** Lines `s seconds after the one before, who: text`, made up. */
const told = (lines: readonly (readonly [afterS: number, from: string, text: string])[]): TraceLine[] => {
  let atMs = Date.UTC(2026, 6, 4, 21);
  return lines.map(([afterS, from, text]) => {
    atMs += afterS * 1_000;
    return { atMs, from, text, toAll: false };
  });
};

/** How guilds talk when much is going on: laughter, the same short words by all, half sentences, lists, greetings. */
export const conversations: Readonly<Record<string, TraceLine[]>> = {
  victory: told([
    ...[
      [0, "luz", "¡¡GANAMOS!!"],
      [1, "teo", "GANAMOS"],
      [0, "ana", "ganamos!!!"],
      [1, "leo", "siiii"],
    ],
    ...[
      [0, "luz", "siiiiiii"],
      [1, "luz", "jajajaja"],
      [0, "teo", "jajaja"],
      [1, "ana", "gg"],
      [0, "leo", "gg"],
    ],
    ...[
      [0, "iva", "gg"],
      [0, "raul", "ggs"],
      [0, "mar", "GG"],
      [0, "pepe", "gg wp"],
      [1, "teo", "gg"],
    ],
    ...[
      [1, "ana", "vamos"],
      [0, "luz", "vamos"],
      [0, "leo", "vamosss"],
      [0, "teo", "vamos!!"],
      [1, "ana", "vamos"],
    ],
    ...[
      [1, "luz", "😂😂😂"],
      [1, "luz", "😂"],
      [1, "teo", "😂😂"],
      [2, "ana", "dale"],
      [0, "leo", "dale dale"],
    ],
    ...[
      [3, "raul", "otra?"],
      [1, "mar", "otra"],
      [0, "pepe", "otra!"],
      [1, "iva", "yo voy"],
      [0, "leo", "yo voy"],
    ],
  ] as const),
  war: told([
    ...[
      [0, "ana", "guerra en 5 minutos"],
      [30, "ana", "faltan dos: luz y teo"],
      [5, "luz", "ya voy"],
      [2, "luz", "ya voy ya voy"],
    ],
    ...[
      [20, "ana", "guerra en 4 minutos"],
      [60, "ana", "guerra en 3 minutos"],
      [5, "teo", "presente"],
      [1, "leo", "presente"],
    ],
    ...[
      [55, "ana", "guerra en 2 minutos"],
      [2, "iva", "¿ataco la base 3?"],
      [4, "raul", "ataca la 3"],
      [2, "iva", "voy a la 3"],
    ],
    ...[
      [8, "leo", "¿y yo?"],
      [2, "raul", "ataca la 7"],
      [3, "leo", "voy a la 7"],
      [3, "mar", "voy a la 9"],
      [2, "pepe", "voy a la 12"],
    ],
    ...[
      [9, "iva", "2 estrellas"],
      [6, "leo", "3 estrellas"],
      [5, "mar", "3 estrellas"],
      [1, "ana", "buenísima"],
      [1, "luz", "crack"],
    ],
    ...[
      [30, "pepe", "1 estrella, perdón"],
      [2, "ana", "no pasa nada"],
      [2, "leo", "no pasa nada pepe"],
      [1, "luz", "tranqui"],
    ],
  ] as const),
  help: told([
    ...[
      [0, "bia", "oi gente"],
      [2, "rui", "oi"],
      [1, "caio", "oiii"],
      [1, "lia", "oi bia"],
      [4, "bia", "alguém doa carta?"],
    ],
    ...[
      [5, "bia", "preciso de 10 flechas"],
      [3, "rui", "doei"],
      [2, "caio", "doei também"],
      [1, "bia", "valeu"],
      [1, "bia", "valeu caio"],
    ],
    ...[
      [2, "lia", "kkkk"],
      [0, "rui", "kkkkkk"],
      [0, "caio", "kkkk"],
      [1, "bia", "kkkkkkkkkk"],
      [1, "lia", "rsrs"],
      [1, "rui", "kkkk"],
    ],
    ...[
      [3, "bia", "quem vai na guerra amanhã?"],
      [2, "rui", "eu"],
      [0, "caio", "eu"],
      [0, "lia", "eu"],
      [0, "davi", "eu não, trabalho"],
    ],
    ...[
      [4, "bia", "então somos 4"],
      [2, "rui", "bora"],
      [0, "caio", "bora"],
      [0, "lia", "boraaa"],
      [1, "bia", "bora bora"],
      [1, "bia", "boa noite"],
    ],
    ...[
      [1, "rui", "boa noite"],
      [0, "caio", "boa noite!"],
      [0, "lia", "bnoite"],
      [1, "davi", "boa noite gente"],
    ],
  ] as const),
  story: told([
    ...[
      [0, "rui", "gente vcs não sabem"],
      [1, "rui", "o que aconteceu"],
      [1, "rui", "na partida"],
      [1, "rui", "de hoje"],
      [1, "rui", "kkkkk"],
    ],
    ...[
      [1, "rui", "eu tava ganhando"],
      [1, "rui", "aí caiu a luz"],
      [1, "rui", "😭"],
      [0, "lia", "não acredito"],
      [1, "caio", "não acredito kkkk"],
    ],
    ...[
      [2, "rui", "pois é"],
      [2, "rui", "pois é"],
      [3, "davi", "acontece"],
      [2, "lia", "amanhã tem mais"],
      [1, "rui", "amanhã tem mais"],
    ],
  ] as const),
  birthday: told(
    ["leo", "iva", "raul", "mar", "pepe", "luz", "teo", "bia", "rui", "caio", "lia", "davi"].map((from, index) => {
      const text =
        index % 2 ? "¡Feliz cumpleaños Ana, que lo pases muy lindo!" : "Feliz cumple Ana!! que la pases muy bien 🎂";
      return [2, from, index < 7 ? text : "parabéns ana, muitas felicidades e muita saúde"] as const;
    }),
  ),
};
