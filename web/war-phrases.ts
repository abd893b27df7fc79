import type { ErrorCode } from "../shared/errors.ts";
import type { Locale } from "../shared/locale.ts";

export type WarPhrases = {
  war: string;
  noWar: string;
  record(won: string, drawn: string, lost: string): string;
  imIn: string;
  phases: Record<string, string>;
  locksIn: string;
  startsIn: string;
  endsIn: string;
  /** The time is up; the server is about to go on. */
  anyMoment: string;
  tabs: { launch: string; "line-up": string; past: string };
  search: string;
  mode: string;
  facts(minutes: string, attempts: string, fighters: string): string;
  members(count: string): string;
  nobodyFound: string;
  challenge: string;
  challengeName(name: string): string;
  seek: string;
  stopSeeking: string;
  seeking(mode: string): string;
  incoming(name: string): string;
  outgoing(name: string): string;
  accept: string;
  decline: string;
  withdraw: string;
  callOff: string;
  callOffBack: string;
  theyCallOff(name: string): string;
  leads: string;
  level: string;
  fighters(count: string): string;
  battles(count: string): string;
  attacks(left: string, all: string): string;
  notFighting: string;
  battle: string;
  battleNote: string;
  fought(score: string): string;
  best: string;
  bestOf(name: string, score: string): string;
  nobodyYet: string;
  latest: string;
  events: {
    battle(name: string, score: string): string;
    lead(guild: string): string;
    start: string;
    end: string;
    void(name: string): string;
  };
  outcomes: { win: string; draw: string; loss: string; voided: string };
  points(count: string): string;
  lineUpSums(fighters: string, ready: string, all: string): string;
  pickNote: string;
  lockedNote: string;
  byStrength: string;
  pick(name: string): string;
  unpick(name: string): string;
  fights: string;
  out: string;
  tooNew: string;
  lvl(level: string): string;
  power(power: string): string;
  never: string;
  noPast: string;
  loading: string;
  noAnswer: string;
  reasons: Partial<Record<ErrorCode, string>> & { other: string };
};

export const WAR_PHRASES: Readonly<Record<Locale, WarPhrases>> = {
  "es-419": {
    war: "Guerra",
    noWar: "Sin guerra por ahora",
    record: (won, drawn, lost) => `${won} ganadas · ${drawn} empatadas · ${lost} perdidas`,
    imIn: "Peleo en las guerras",
    phases: {
      asking: "Desafío",
      challenged: "Desafío",
      preparing: "Preparación",
      active: "¡En guerra!",
      settling: "Contando",
      settled: "Terminada",
      held: "En revisión",
      cancelled: "Cancelada",
      voided: "Anulada",
    },
    locksIn: "La alineación se cierra en",
    startsIn: "Empieza en",
    endsIn: "Termina en",
    anyMoment: "en cualquier momento…",
    tabs: { launch: "Lanzar guerra", "line-up": "Alineación", past: "Historial" },
    search: "Busca un gremio por su nombre",
    mode: "Modo",
    facts: (minutes, attempts, fighters) =>
      `Dura ${minutes} · ${attempts} ataques por persona · hasta ${fighters} por lado`,
    members: (count) => `${count} miembros`,
    nobodyFound: "Ningún gremio se llama así.",
    challenge: "Desafiar",
    challengeName: (name) => `Desafiar a ${name}`,
    seek: "Buscar rival por nivel",
    stopSeeking: "Dejar de buscar",
    seeking: (mode) => `Buscando rival (${mode})`,
    incoming: (name) => `¡${name} los desafía!`,
    outgoing: (name) => `Esperando a ${name}`,
    accept: "Aceptar",
    decline: "Rechazar",
    withdraw: "Retirar",
    callOff: "Pedir que se cancele",
    callOffBack: "Ya no cancelar",
    theyCallOff: (name) => `${name} pide cancelar la guerra.`,
    leads: "va ganando",
    level: "Van iguales",
    fighters: (count) => `${count} ${count === "1" ? "pelea" : "pelean"}`,
    battles: (count) => `${count} ${count === "1" ? "ataque" : "ataques"}`,
    attacks: (left, all) =>
      `Te ${left === "1" ? "queda" : "quedan"} ${left} de ${all} ${all === "1" ? "ataque" : "ataques"}`,
    notFighting: "No estás en la alineación.",
    battle: "Atacar",
    battleNote: "Solo en desarrollo: hace de servidor del juego y reporta el resultado.",
    fought: (score) => `¡Tu ataque sumó ${score}!`,
    best: "Los mejores",
    bestOf: (name, score) => `Quien más aportó: ${name}, ${score}`,
    nobodyYet: "Nadie todavía",
    latest: "Lo último",
    events: {
      battle: (name, score) => `${name} ataca: +${score}`,
      lead: (guild) => `${guild} toma la delantera`,
      start: "Empezó la guerra",
      end: "Se acabó el tiempo",
      void: (name) => `Se anuló un ataque de ${name}`,
    },
    outcomes: { win: "¡Victoria!", draw: "Empate", loss: "Derrota", voided: "Anulada" },
    points: (count) => `+${count} puntos para el gremio`,
    lineUpSums: (fighters, ready, all) => `Pelean ${fighters} · dispuestos ${ready} de ${all}`,
    pickNote: "Los elegidos van primero, en tu orden; el resto, por fuerza.",
    lockedNote: "La alineación está cerrada hasta que termine la guerra.",
    byStrength: "Todos por fuerza",
    pick: (name) => `Elegir a ${name}`,
    unpick: (name) => `Quitar a ${name}`,
    fights: "pelea",
    out: "fuera",
    tooNew: "muy nuevo",
    lvl: (level) => `nv. ${level}`,
    power: (power) => `poder ${power}`,
    never: "sin conectarse aún",
    noPast: "Aún no hay guerras terminadas.",
    loading: "Cargando…",
    noAnswer: "El servidor no respondió. Inténtalo otra vez: no se hará dos veces.",
    reasons: {
      "not-permitted": "Tu rango no lo permite. Pídeselo al líder o a un oficial.",
      "not-member": "Ya no eres miembro de ese gremio.",
      "guild-at-war": "Tu gremio ya tiene una guerra. Espera a que termine.",
      "opponent-at-war": "El otro gremio ya tiene una guerra. Elige otro o espera.",
      "opponent-protected": "El otro gremio acaba de pelear y está protegido. Inténtalo más tarde.",
      "opponent-busy": "El otro gremio tiene demasiados desafíos por contestar. Inténtalo más tarde.",
      "opponent-not-found": "Ese gremio ya no existe. Elige otro.",
      "opponent-too-few": "Al otro gremio le faltan combatientes para este modo. Elige otro modo u otro gremio.",
      "too-few-ready": "Faltan miembros dispuestos y activos para este modo. Pídeles que se anoten o elige otro modo.",
      "rematch-limit": "Ya pelearon entre ustedes todo lo que permite este modo. Elige otro gremio.",
      "already-challenged": "Ya hay un desafío abierto con ese gremio. Contéstalo o retíralo primero.",
      "challenges-full": "Tienes demasiados desafíos sin respuesta. Retira uno primero.",
      "guild-busy": "Se está acordando otra guerra en este momento. Inténtalo de nuevo en unos segundos.",
      "war-mode-not-found": "Ese modo ya no existe. Elige otro.",
      "war-mode-disabled": "Ese modo no está disponible ahora. Elige otro.",
      "war-not-open": "Ese desafío ya no está abierto.",
      "war-not-found": "Esa guerra ya no existe.",
      "war-begun": "La guerra ya empezó; no se puede cancelar.",
      "war-locked": "La alineación está cerrada hasta que termine la guerra.",
      "member-out": "Ese miembro no quiere pelear. Elige a otro o pídele que se anote.",
      "member-not-found": "Ya no es miembro del gremio.",
      "war-not-active": "La guerra no está en curso: no se aceptan ataques.",
      "war-seeking": "Tu gremio ya busca rival en otro modo. Deja de buscar primero.",
      "opponent-found": "Ya se encontró un rival: la guerra está por empezar.",
      "guild-reserved": "Tu gremio ya tiene una guerra. Espera a que termine.",
      "no-war": "Tu gremio no tiene una guerra en curso.",
      "not-fighter": "No estás en la alineación de esta guerra.",
      "no-attempts": "Ya usaste todos tus ataques.",
      "rate-limited": "Vas muy rápido. Espera un momento.",
      other: "El servidor lo rechazó. Inténtalo más tarde.",
    },
  },
  "pt-BR": {
    war: "Guerra",
    noWar: "Sem guerra no momento",
    record: (won, drawn, lost) => `${won} vencidas · ${drawn} empatadas · ${lost} perdidas`,
    imIn: "Luto nas guerras",
    phases: {
      asking: "Desafio",
      challenged: "Desafio",
      preparing: "Preparação",
      active: "Em guerra!",
      settling: "Contando",
      settled: "Encerrada",
      held: "Em revisão",
      cancelled: "Cancelada",
      voided: "Anulada",
    },
    locksIn: "A escalação fecha em",
    startsIn: "Começa em",
    endsIn: "Termina em",
    anyMoment: "a qualquer momento…",
    tabs: { launch: "Lançar guerra", "line-up": "Escalação", past: "Histórico" },
    search: "Busque uma guilda pelo nome",
    mode: "Modo",
    facts: (minutes, attempts, fighters) =>
      `Dura ${minutes} · ${attempts} ataques por pessoa · até ${fighters} por lado`,
    members: (count) => `${count} membros`,
    nobodyFound: "Nenhuma guilda tem esse nome.",
    challenge: "Desafiar",
    challengeName: (name) => `Desafiar ${name}`,
    seek: "Buscar rival por nível",
    stopSeeking: "Parar de buscar",
    seeking: (mode) => `Buscando rival (${mode})`,
    incoming: (name) => `${name} desafia vocês!`,
    outgoing: (name) => `Esperando ${name}`,
    accept: "Aceitar",
    decline: "Recusar",
    withdraw: "Retirar",
    callOff: "Pedir cancelamento",
    callOffBack: "Não cancelar mais",
    theyCallOff: (name) => `${name} pede para cancelar a guerra.`,
    leads: "está na frente",
    level: "Tudo igual",
    fighters: (count) => `${count} ${count === "1" ? "luta" : "lutam"}`,
    battles: (count) => `${count} ${count === "1" ? "ataque" : "ataques"}`,
    attacks: (left, all) =>
      `${left === "1" ? "Resta" : "Restam"} ${left} de ${all} ${all === "1" ? "ataque" : "ataques"}`,
    notFighting: "Você não está na escalação.",
    battle: "Atacar",
    battleNote: "Só em desenvolvimento: faz o papel do servidor do jogo e informa o resultado.",
    fought: (score) => `Seu ataque somou ${score}!`,
    best: "Os melhores",
    bestOf: (name, score) => `Quem mais somou: ${name}, ${score}`,
    nobodyYet: "Ninguém ainda",
    latest: "Últimos lances",
    events: {
      battle: (name, score) => `${name} ataca: +${score}`,
      lead: (guild) => `${guild} assume a liderança`,
      start: "A guerra começou",
      end: "O tempo acabou",
      void: (name) => `Um ataque de ${name} foi anulado`,
    },
    outcomes: { win: "Vitória!", draw: "Empate", loss: "Derrota", voided: "Anulada" },
    points: (count) => `+${count} pontos para a guilda`,
    lineUpSums: (fighters, ready, all) => `Lutam ${fighters} · dispostos ${ready} de ${all}`,
    pickNote: "Os escolhidos vão primeiro, na sua ordem; o resto, por força.",
    lockedNote: "A escalação está fechada até a guerra terminar.",
    byStrength: "Todos por força",
    pick: (name) => `Escolher ${name}`,
    unpick: (name) => `Tirar ${name}`,
    fights: "luta",
    out: "fora",
    tooNew: "novo demais",
    lvl: (level) => `nv. ${level}`,
    power: (power) => `poder ${power}`,
    never: "ainda não entrou",
    noPast: "Ainda não há guerras encerradas.",
    loading: "Carregando…",
    noAnswer: "O servidor não respondeu. Tente de novo: não será feito duas vezes.",
    reasons: {
      "not-permitted": "Seu cargo não permite. Peça ao líder ou a um oficial.",
      "not-member": "Você não é mais membro dessa guilda.",
      "guild-at-war": "Sua guilda já está em guerra. Espere terminar.",
      "opponent-at-war": "A outra guilda já está em guerra. Escolha outra ou espere.",
      "opponent-protected": "A outra guilda acabou de lutar e está protegida. Tente mais tarde.",
      "opponent-busy": "A outra guilda tem desafios demais para responder. Tente mais tarde.",
      "opponent-not-found": "Essa guilda não existe mais. Escolha outra.",
      "opponent-too-few": "Faltam combatentes na outra guilda para este modo. Escolha outro modo ou outra guilda.",
      "too-few-ready": "Faltam membros dispostos e ativos para este modo. Peça que se inscrevam ou escolha outro modo.",
      "rematch-limit": "Vocês já lutaram entre si tudo o que este modo permite. Escolha outra guilda.",
      "already-challenged": "Já há um desafio aberto com essa guilda. Responda ou retire esse primeiro.",
      "challenges-full": "Há desafios demais sem resposta. Retire um primeiro.",
      "guild-busy": "Outra guerra está sendo combinada agora. Tente de novo em alguns segundos.",
      "war-mode-not-found": "Esse modo não existe mais. Escolha outro.",
      "war-mode-disabled": "Esse modo não está disponível agora. Escolha outro.",
      "war-not-open": "Esse desafio não está mais aberto.",
      "war-not-found": "Essa guerra não existe mais.",
      "war-begun": "A guerra já começou; não pode ser cancelada.",
      "war-locked": "A escalação está fechada até a guerra terminar.",
      "member-out": "Esse membro não quer lutar. Escolha outro ou peça que se inscreva.",
      "member-not-found": "Não é mais membro da guilda.",
      "war-not-active": "A guerra não está em andamento: ataques não são aceitos.",
      "war-seeking": "Sua guilda já busca rival em outro modo. Pare de buscar primeiro.",
      "opponent-found": "Já foi encontrado um rival: a guerra vai começar.",
      "guild-reserved": "Sua guilda já está em guerra. Espere terminar.",
      "no-war": "Sua guilda não está em guerra.",
      "not-fighter": "Você não está na escalação desta guerra.",
      "no-attempts": "Você já usou todos os seus ataques.",
      "rate-limited": "Rápido demais. Espere um momento.",
      other: "O servidor recusou. Tente mais tarde.",
    },
  },
  en: {
    war: "War",
    noWar: "No war for now",
    record: (won, drawn, lost) => `${won} won · ${drawn} drawn · ${lost} lost`,
    imIn: "I fight in wars",
    phases: {
      asking: "Challenge",
      challenged: "Challenge",
      preparing: "Preparation",
      active: "At war!",
      settling: "Counting",
      settled: "Over",
      held: "Under review",
      cancelled: "Called off",
      voided: "Void",
    },
    locksIn: "Line-up locks in",
    startsIn: "Starts in",
    endsIn: "Ends in",
    anyMoment: "any moment…",
    tabs: { launch: "Launch a war", "line-up": "Line-up", past: "History" },
    search: "Find a guild by its name",
    mode: "Mode",
    facts: (minutes, attempts, fighters) => `Lasts ${minutes} · ${attempts} attacks each · up to ${fighters} a side`,
    members: (count) => `${count} members`,
    nobodyFound: "No guild has that name.",
    challenge: "Challenge",
    challengeName: (name) => `Challenge ${name}`,
    seek: "Find an opponent by rating",
    stopSeeking: "Stop looking",
    seeking: (mode) => `Looking for an opponent (${mode})`,
    incoming: (name) => `${name} challenges you!`,
    outgoing: (name) => `Waiting for ${name}`,
    accept: "Accept",
    decline: "Decline",
    withdraw: "Withdraw",
    callOff: "Ask to call it off",
    callOffBack: "Do not call it off",
    theyCallOff: (name) => `${name} asks to call the war off.`,
    leads: "leads",
    level: "Level",
    fighters: (count) => `${count} ${count === "1" ? "fights" : "fight"}`,
    battles: (count) => `${count} ${count === "1" ? "attack" : "attacks"}`,
    attacks: (left, all) => `You have ${left} of ${all} ${all === "1" ? "attack" : "attacks"} left`,
    notFighting: "You are not in the line-up.",
    battle: "Attack",
    battleNote: "Development only: plays the game’s server and reports the result.",
    fought: (score) => `Your attack scored ${score}!`,
    best: "Best fighters",
    bestOf: (name, score) => `Most by ${name}, ${score}`,
    nobodyYet: "Nobody yet",
    latest: "Latest",
    events: {
      battle: (name, score) => `${name} attacks: +${score}`,
      lead: (guild) => `${guild} takes the lead`,
      start: "The war has begun",
      end: "Time is up",
      void: (name) => `An attack of ${name} was taken back`,
    },
    outcomes: { win: "Victory!", draw: "Draw", loss: "Defeat", voided: "Void" },
    points: (count) => `+${count} points for the guild`,
    lineUpSums: (fighters, ready, all) => `${fighters} fight · ${ready} of ${all} are in`,
    pickNote: "Picked ones come first, in your order; the others by strength.",
    lockedNote: "The line-up is locked until the war is over.",
    byStrength: "All by strength",
    pick: (name) => `Pick ${name}`,
    unpick: (name) => `Unpick ${name}`,
    fights: "fights",
    out: "out",
    tooNew: "too new",
    lvl: (level) => `lv. ${level}`,
    power: (power) => `power ${power}`,
    never: "not seen yet",
    noPast: "No war is over yet.",
    loading: "Loading…",
    noAnswer: "The server did not answer. Try again: it will not be done twice.",
    reasons: {
      "not-permitted": "Your rank does not allow it. Ask the leader or an officer.",
      "not-member": "You are no member of that guild any more.",
      "guild-at-war": "Your guild has a war already. Wait until it is over.",
      "opponent-at-war": "The other guild has a war already. Choose another, or wait.",
      "opponent-protected": "The other guild has just fought and is protected. Try again later.",
      "opponent-busy": "The other guild has too many challenges to answer. Try again later.",
      "opponent-not-found": "That guild exists no more. Choose another.",
      "opponent-too-few": "The other guild has too few fighters for this mode. Choose another mode or guild.",
      "too-few-ready": "Too few members are in and active for this mode. Ask them to be in, or choose another mode.",
      "rematch-limit": "You two have fought as often as this mode allows. Choose another guild.",
      "already-challenged": "A challenge with that guild is open already. Answer or withdraw it first.",
      "challenges-full": "Too many of your challenges wait for an answer. Withdraw one first.",
      "guild-busy": "Another war is just being agreed on. Try again in a few seconds.",
      "war-mode-not-found": "That mode exists no more. Choose another.",
      "war-mode-disabled": "That mode is not available now. Choose another.",
      "war-not-open": "That challenge is not open any more.",
      "war-not-found": "That war exists no more.",
      "war-begun": "The war has begun; it cannot be called off.",
      "war-locked": "The line-up is locked until the war is over.",
      "member-out": "That member does not want to fight. Pick another, or ask him to be in.",
      "member-not-found": "Not a member of the guild any more.",
      "war-not-active": "The war is not on: attacks are not taken.",
      "war-seeking": "Your guild looks for an opponent in another mode already. Stop looking first.",
      "opponent-found": "An opponent is found: the war is about to begin.",
      "guild-reserved": "Your guild has a war already. Wait until it is over.",
      "no-war": "Your guild has no war.",
      "not-fighter": "You are not in the line-up of this war.",
      "no-attempts": "You have used all your attacks.",
      "rate-limited": "Too fast. Wait a moment.",
      other: "The server refused it. Try again later.",
    },
  },
};

/** Why nothing came of it, and what to do. `no-answer`: nobody knows whether something came of it. */
export const warReasonOf = (code: ErrorCode | "no-answer", locale: Locale): string => {
  const { reasons, noAnswer } = WAR_PHRASES[locale];
  return code === "no-answer" || code === "outcome-unknown" ? noAnswer : (reasons[code] ?? reasons.other);
};
