/** A line and the place, in the cast of a talk, of who says it. */
type Line = readonly [speaker: number, text: string];

/** What guilds talk about all day, in Spanish and Portuguese as they come. Speakers are dealt anew each time. */
export const TALKS: readonly (readonly Line[])[] = [
  [
    [0, "¡Buenas! ¿Quién se apunta a la mazmorra de esta noche?"],
    [1, "eu vou! só preciso jantar antes 😅"],
    [2, "yo también, llevo pociones"],
    [0, "perfecto, a las 9 hora de Bogotá"],
  ],
  [
    [0, "alguém tem 3 fragmentos de obsidiana sobrando?"],
    [1, "tengo dos, te los paso"],
    [0, "valeu demais 🙏"],
  ],
  [
    [0, "el jefe de ayer casi nos borra jajaja"],
    [1, "kkkkk foi por pouco"],
    [2, "si no es por el escudo de Ana no salimos vivos"],
    [1, "escudo abençoado"],
  ],
  [
    [0, "bom dia, guilda ☀️"],
    [1, "¡buen día!"],
    [2, "bom diaaa"],
  ],
  [
    [0, "¿vale la pena mejorar el arco antes que la armadura?"],
    [1, "armadura primero, siempre"],
    [2, "depende… para PvP o arco é melhor"],
    [0, "ok, armadura entonces 🛡️"],
  ],
  [
    [0, "faltam 200 pontos pra gente subir no ranking"],
    [1, "hago tres misiones más y listo"],
    [2, "bora bora bora 🔥"],
  ],
  [
    [0, "se me cayó la conexión en plena pelea 😭"],
    [1, "tranqui, te esperamos"],
    [0, "ya volví, gracias"],
  ],
  [
    [0, "quem fez o novo emblema? ficou lindo"],
    [1, "fue Vale Roja, le quedó buenísimo"],
    [0, "parabéns!! 🦅"],
  ],
  [
    [0, "tip: el cofre del norte se reinicia cada 6 horas"],
    [1, "no sabía, gracias"],
    [2, "eu também não 👀"],
  ],
  [
    [0, "mañana llego tarde, tengo examen"],
    [1, "boa sorte na prova! 🍀"],
    [2, "¡éxitos!"],
  ],
];
