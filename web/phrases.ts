import type { ErrorCode } from "../shared/errors.ts";
import type { Locale } from "../shared/locale.ts";
import type { Rank } from "../shared/rank.ts";

type Phrases = {
  tagline: string;
  forDevelopment: string;
  noTokens: string;
  language: string;
  ranks: Record<Rank, string>;
  live: string;
  connecting: string;
  reconnecting: string;
  away: string;
  closed: string;
  gaveWay: string;
  leave: string;
  comeBack: string;
  awayNote(name: string): string;
  mild: string;
  write: string;
  send: string;
  announce: string;
  announcement: string;
  system: string;
  someone: string;
  removed: string;
  hidden: string;
  points: string;
  online(count: string): string;
  roster: string;
  unread(count: string): string;
  newest: string;
  phone: string;
  noPush: string;
  realFcm: string;
  dismiss: string;
  replaced(count: string): string;
  joined(who: string): string;
  left(who: string): string;
  kicked(who: string): string;
  ranked(who: string, rank: string): string;
  killChat: string;
  killing: string;
  backAfter(seconds: string): string;
  grant(name: string): string;
  news: string;
  lost: string;
  doubled: string;
  disordered: string;
  acknowledged: string;
  seen: string;
  waiting: string;
  countersNote: string;
  whileAway: string;
  refused(reason: string): string;
  reasons: Partial<Record<ErrorCode, string>> & { other: string };
};

export const PHRASES: Readonly<Record<Locale, Phrases>> = {
  "es-419": {
    tagline: "Un gremio vivo: tres jugadores, sus teléfonos, unos bots que no paran de hablar y un gremio rival.",
    forDevelopment: "Página de desarrollo: quien la abre puede jugar como estos cuatro.",
    noTokens:
      "Nadie puede entrar: los tokens de los jugadores se firman en otra parte (GREMIO_TOKEN_JWKS_URL), y esta página no puede emitirlos.",
    language: "Idioma",
    ranks: { leader: "líder", officer: "oficial", member: "miembro", recruit: "recluta" },
    live: "en línea",
    connecting: "conectando…",
    reconnecting: "reconectando…",
    away: "ausente",
    closed: "desconectado",
    gaveWay: "abierto en otra parte: demasiadas conexiones; recarga para volver aquí",
    leave: "Salir",
    comeBack: "Volver",
    mild: "Ocultar malas palabras",
    awayNote: (name) =>
      `${name} cerró el juego. Lo importante le llega al teléfono al instante; lo demás, en un resumen.`,
    write: "Escribe un mensaje",
    send: "Enviar",
    announce: "Anunciar",
    announcement: "Anuncio",
    system: "Sistema",
    someone: "Alguien",
    removed: "Mensaje eliminado",
    hidden: "Mensaje oculto",
    points: "puntos",
    online: (count) => `${count} en línea`,
    roster: "Miembros",
    unread: (count) => `${count} sin leer`,
    newest: "Ir a lo más nuevo",
    phone: "Teléfono",
    noPush: "Sin notificaciones",
    realFcm: "Las notificaciones van a teléfonos reales.",
    dismiss: "Descartar",
    replaced: (count) => `actualizada ${count}×`,
    joined: (who) => `${who} se unió al gremio`,
    left: (who) => `${who} dejó el gremio`,
    kicked: (who) => `${who} fue expulsado`,
    ranked: (who, rank) => `${who} ahora es ${rank}`,
    killChat: "Matar el servicio de chat",
    killing: "Muerto. Vuelve a arrancar…",
    backAfter: (seconds) => `Todos de vuelta en ${seconds} s`,
    grant: (name) => `+10 puntos de ${name}`,
    news: "Noticia del sistema",
    lost: "perdidos",
    doubled: "duplicados",
    disordered: "desordenados",
    acknowledged: "confirmados",
    seen: "mostrados",
    waiting: "en camino",
    countersNote: "Contado en esta página, para los tres jugadores, contra lo que el servidor confirmó.",
    whileAway: "Mientras no estabas",
    refused: (reason) => `No se envió: ${reason}`,
    reasons: {
      "text-too-long": "el texto es demasiado largo",
      "text-not-allowed": "el texto tiene caracteres que no se permiten",
      "text-empty": "el texto está vacío",
      "rate-limited": "demasiados mensajes",
      "slow-mode": "espera un poco entre un mensaje y otro",
      "channel-busy": "el canal está lleno en este momento",
      "too-similar": "ya dijiste lo mismo varias veces",
      "timed-out": "insististe demasiado; espera un rato",
      "not-permitted": "tu rango no lo permite",
      "pack-not-owned": "no tienes ese paquete de stickers",
      "phrase-unknown": "esa frase ya no existe",
      muted: "estás silenciado",
      "outcome-unknown": "no se sabe si llegó",
      unavailable: "te fuiste antes",
      "not-member": "ya no eres miembro",
      "text-refused": "ese texto no se permite",
      "link-not-allowed": "aquí no puedes mandar enlaces",
      "phrases-only": "aquí solo puedes usar frases rápidas",
      "read-only": "ahora nadie puede escribir aquí",
      held: "un moderador lo revisará",
      "level-too-low": "tu nivel es muy bajo",
      other: "el servidor lo rechazó",
    },
  },
  "pt-BR": {
    tagline: "Uma guilda viva: três jogadores, seus celulares, uns bots que não param de falar e uma guilda rival.",
    forDevelopment: "Página de desenvolvimento: quem a abre pode jogar como estes quatro.",
    noTokens:
      "Ninguém pode entrar: os tokens dos jogadores são assinados em outro lugar (GREMIO_TOKEN_JWKS_URL), e esta página não pode emiti-los.",
    language: "Idioma",
    ranks: { leader: "líder", officer: "oficial", member: "membro", recruit: "recruta" },
    live: "online",
    connecting: "conectando…",
    reconnecting: "reconectando…",
    away: "ausente",
    closed: "desconectado",
    gaveWay: "aberto em outro lugar: conexões demais; recarregue para voltar aqui",
    leave: "Sair",
    comeBack: "Voltar",
    mild: "Ocultar palavrões",
    awayNote: (name) => `${name} fechou o jogo. O importante chega ao celular na hora; o resto, em um resumo.`,
    write: "Escreva uma mensagem",
    send: "Enviar",
    announce: "Anunciar",
    announcement: "Anúncio",
    system: "Sistema",
    someone: "Alguém",
    removed: "Mensagem apagada",
    hidden: "Mensagem oculta",
    points: "pontos",
    online: (count) => `${count} online`,
    roster: "Membros",
    unread: (count) => `${count} não lidas`,
    newest: "Ir para a mais nova",
    phone: "Celular",
    noPush: "Sem notificações",
    realFcm: "As notificações vão para celulares reais.",
    dismiss: "Dispensar",
    replaced: (count) => `atualizada ${count}×`,
    joined: (who) => `${who} entrou na guilda`,
    left: (who) => `${who} saiu da guilda`,
    kicked: (who) => `${who} foi expulso`,
    ranked: (who, rank) => `${who} agora é ${rank}`,
    killChat: "Matar o serviço de chat",
    killing: "Morto. Reiniciando…",
    backAfter: (seconds) => `Todos de volta em ${seconds} s`,
    grant: (name) => `+10 pontos de ${name}`,
    news: "Notícia do sistema",
    lost: "perdidas",
    doubled: "duplicadas",
    disordered: "fora de ordem",
    acknowledged: "confirmadas",
    seen: "exibidas",
    waiting: "a caminho",
    countersNote: "Contado nesta página, para os três jogadores, contra o que o servidor confirmou.",
    whileAway: "Enquanto você estava fora",
    refused: (reason) => `Não enviada: ${reason}`,
    reasons: {
      "text-too-long": "o texto é longo demais",
      "text-not-allowed": "o texto tem caracteres que não são permitidos",
      "text-empty": "o texto está vazio",
      "rate-limited": "mensagens demais",
      "slow-mode": "espere um pouco entre uma mensagem e outra",
      "channel-busy": "o canal está cheio no momento",
      "too-similar": "você já disse o mesmo várias vezes",
      "timed-out": "você insistiu demais; espere um pouco",
      "not-permitted": "seu cargo não permite",
      "pack-not-owned": "você não tem esse pacote de figurinhas",
      "phrase-unknown": "essa frase não existe mais",
      muted: "você está silenciado",
      "outcome-unknown": "não se sabe se chegou",
      unavailable: "você saiu antes",
      "not-member": "você não é mais membro",
      "text-refused": "esse texto não é permitido",
      "link-not-allowed": "aqui você não pode mandar links",
      "phrases-only": "aqui você só pode usar frases rápidas",
      "read-only": "agora ninguém pode escrever aqui",
      held: "um moderador vai revisar",
      "level-too-low": "seu nível é baixo demais",
      other: "o servidor recusou",
    },
  },
  en: {
    tagline: "A living guild: three players, their phones, bots that keep talking, and a rival guild.",
    forDevelopment: "Development page: whoever opens it can play these four.",
    noTokens:
      "Nobody can come in: players’ tokens are signed elsewhere (GREMIO_TOKEN_JWKS_URL), and this page cannot issue them.",
    language: "Language",
    ranks: { leader: "leader", officer: "officer", member: "member", recruit: "recruit" },
    live: "online",
    connecting: "connecting…",
    reconnecting: "reconnecting…",
    away: "away",
    closed: "disconnected",
    gaveWay: "open elsewhere: too many connections; reload to come back here",
    leave: "Leave",
    comeBack: "Come back",
    mild: "Hide bad words",
    awayNote: (name) =>
      `${name} has closed the game. What matters reaches the phone at once; the rest comes as a digest.`,
    write: "Write a message",
    send: "Send",
    announce: "Announce",
    announcement: "Announcement",
    system: "System",
    someone: "Someone",
    removed: "Message deleted",
    hidden: "Message hidden",
    points: "points",
    online: (count) => `${count} online`,
    roster: "Members",
    unread: (count) => `${count} unread`,
    newest: "Go to the newest",
    phone: "Phone",
    noPush: "No notifications",
    realFcm: "Notifications go to real phones.",
    dismiss: "Dismiss",
    replaced: (count) => `updated ${count}×`,
    joined: (who) => `${who} joined the guild`,
    left: (who) => `${who} left the guild`,
    kicked: (who) => `${who} was removed`,
    ranked: (who, rank) => `${who} is now ${rank}`,
    killChat: "Kill the chat service",
    killing: "Killed. Starting again…",
    backAfter: (seconds) => `Everyone back after ${seconds} s`,
    grant: (name) => `+10 points by ${name}`,
    news: "System news",
    lost: "lost",
    doubled: "doubled",
    disordered: "disordered",
    acknowledged: "acknowledged",
    seen: "shown",
    waiting: "on the way",
    countersNote: "Counted in this page, over the three players, against what the server acknowledged.",
    whileAway: "While you were away",
    refused: (reason) => `Not sent: ${reason}`,
    reasons: {
      "text-too-long": "the text is too long",
      "text-not-allowed": "the text has characters that are not allowed",
      "text-empty": "the text is empty",
      "rate-limited": "too many messages",
      "slow-mode": "wait a little between two messages",
      "channel-busy": "the channel is full at the moment",
      "too-similar": "you have said the same several times",
      "timed-out": "you kept on too long; wait a while",
      "not-permitted": "your rank does not allow it",
      "pack-not-owned": "you do not own that sticker pack",
      "phrase-unknown": "that phrase exists no more",
      muted: "you are muted",
      "outcome-unknown": "nobody knows whether it arrived",
      unavailable: "you left before",
      "not-member": "you are no member any more",
      "text-refused": "that text is not allowed",
      "link-not-allowed": "you may not send links here",
      "phrases-only": "you may only use quick phrases here",
      "read-only": "nobody may write here now",
      held: "a moderator will look at it",
      "level-too-low": "your level is too low",
      other: "the server refused it",
    },
  },
};

export const reasonOf = (code: ErrorCode, locale: Locale): string =>
  PHRASES[locale].reasons[code] ?? PHRASES[locale].reasons.other;
