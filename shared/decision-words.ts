import type { Locale } from "./locale.ts";

/**
 * Why a player was told, will be told or is not told, in one sentence to him, by outcome and reason. The reasons of server/decisions/decision.ts, each in each language;
 * the backend, the page of `npm start` and games show the same.
 */
type Words = Readonly<
  Record<"now" | "later" | "digest" | "drop", Readonly<Record<string, Readonly<Record<Locale, string>>>>>
>;

const say = (es: string, pt: string, en: string) => ({ "es-419": es, "pt-BR": pt, en });

export const DECISION_WORDS = {
  now: {
    away: say("No estabas en el juego.", "Você não estava no jogo.", "You were not in the game."),
    idle: say(
      "El juego estaba abierto, pero hacía rato que no lo tocabas.",
      "O jogo estava aberto, mas fazia tempo que você não mexia nele.",
      "The game was open, but you had not touched it for a while.",
    ),
    lost: say(
      "Se perdió la conexión con tu juego.",
      "A conexão com o seu jogo caiu.",
      "The line to your game was lost.",
    ),
    "unread-after-grace": say(
      "Tuviste un momento para leerlo en el juego y seguía sin leer.",
      "Você teve um momento para ler no jogo e ainda não tinha lido.",
      "You had a moment to read it in the game and had not.",
    ),
    "unread-after-match": say(
      "Esperamos el final de tu partida y seguía sin leer.",
      "Esperamos o fim da sua partida e ainda não tinha lido.",
      "We waited for your match to end, and it was still unread.",
    ),
    resumed: say(
      "Quizá el aviso no llegó: se envió otra vez y toma el lugar del primero.",
      "Talvez o aviso não tenha chegado: foi enviado de novo, no lugar do primeiro.",
      "It may not have arrived, so it was sent again and takes the first one's place.",
    ),
    "unread-after-burst": say(
      "Llegó más a la misma conversación y seguía sin leer.",
      "Chegou mais na mesma conversa e ainda não tinha lido.",
      "More came to the same conversation, and it was still unread.",
    ),
    "digest-due": say(
      "Era la hora de tu resumen de lo no leído.",
      "Era a hora do seu resumo do que não foi lido.",
      "It was time for your digest of what is unread.",
    ),
  },
  later: {
    "enough-digests": say(
      "Ya recibiste bastantes resúmenes hoy: el próximo espera.",
      "Você já recebeu resumos suficientes hoje: o próximo espera.",
      "You had enough digests today: the next one waits.",
    ),
    reading: say(
      "Estás mirando la conversación; si no lo lees, te avisamos.",
      "Você está olhando a conversa; se não ler, avisamos.",
      "You are looking at the conversation; if you do not read it, we tell you.",
    ),
    present: say(
      "Estás en el juego; si no lo lees, te avisamos.",
      "Você está no jogo; se não ler, avisamos.",
      "You are in the game; if you do not read it, we tell you.",
    ),
    recent: say(
      "Acabas de salir del juego; si no lo lees, te avisamos.",
      "Você acabou de sair do jogo; se não ler, avisamos.",
      "You have just left the game; if you do not read it, we tell you.",
    ),
    "in-match": say(
      "Estás en una partida; te avisamos cuando termine.",
      "Você está em uma partida; avisamos quando terminar.",
      "You are in a match; we tell you when it ends.",
    ),
    "quiet-hours": say(
      "Son tus horas de silencio; te avisamos cuando terminen.",
      "É o seu horário de silêncio; avisamos quando acabar.",
      "These are your quiet hours; we tell you when they end.",
    ),
    "do-not-disturb": say(
      "Pediste que no te molestemos; te avisamos cuando termine.",
      "Você pediu para não ser incomodado; avisamos quando acabar.",
      "You asked not to be disturbed; we tell you when that ends.",
    ),
    snoozed: say(
      "Pausaste esta conversación; te avisamos cuando termine la pausa.",
      "Você pausou esta conversa; avisamos quando a pausa acabar.",
      "You snoozed this conversation; we tell you when that ends.",
    ),
    burst: say(
      "Te acabamos de avisar de esta conversación; esperamos un poco.",
      "Acabamos de avisar sobre esta conversa; esperamos um pouco.",
      "We have just told you of this conversation; we wait a little.",
    ),
  },
  digest: {
    "not-important": say(
      "No es urgente: va en tu resumen.",
      "Não é urgente: vai no seu resumo.",
      "It is not urgent: it goes into your digest.",
    ),
    "plain-chat": say(
      "Es charla normal: va en tu resumen.",
      "É conversa normal: vai no seu resumo.",
      "It is plain chat: it goes into your digest.",
    ),
    "kind-digest": say(
      "Elegiste recibir estos avisos en el resumen.",
      "Você escolheu receber esses avisos no resumo.",
      "You chose to get this kind in your digest.",
    ),
    "quiet-hours": say(
      "Tus horas de silencio terminan cuando ya no servirá: va en tu resumen.",
      "Seu horário de silêncio acaba quando já não servirá: vai no seu resumo.",
      "Your quiet hours end when it is no use any more: it goes into your digest.",
    ),
    "do-not-disturb": say(
      "No te molestamos hasta que ya no servirá: va en tu resumen.",
      "Não incomodamos até que já não sirva: vai no seu resumo.",
      "You asked not to be disturbed until it is no use any more: it goes into your digest.",
    ),
    snoozed: say(
      "Tu pausa termina cuando ya no servirá: va en tu resumen.",
      "Sua pausa acaba quando já não servirá: vai no seu resumo.",
      "Your snooze ends when it is no use any more: it goes into your digest.",
    ),
    "over-budget": say(
      "Ya recibiste bastantes avisos: va en tu resumen.",
      "Você já recebeu avisos suficientes: vai no seu resumo.",
      "You had enough pushes already: it goes into your digest.",
    ),
    "in-digest": say(
      "Tu resumen lo cuenta: ya se está enviando.",
      "Seu resumo já fala disso: está sendo enviado.",
      "Your digest tells it, and is on its way.",
    ),
    expired: say(
      "Ya era demasiado tarde para avisar: va en tu resumen.",
      "Já era tarde demais para avisar: vai no seu resumo.",
      "It was too late to tell you: it goes into your digest.",
    ),
  },
  drop: {
    "own-entry": say("Lo escribiste tú.", "Foi você que escreveu.", "You wrote it yourself."),
    "not-member": say(
      "Ya no eres parte de esa conversación.",
      "Você não faz mais parte dessa conversa.",
      "You are not part of that conversation any more.",
    ),
    banned: say("Tu cuenta está suspendida.", "Sua conta está suspensa.", "Your account is banned."),
    blocked: say(
      "Bloqueaste a quien lo escribió.",
      "Você bloqueou quem escreveu.",
      "You have blocked whoever wrote it.",
    ),
    "entry-gone": say("El mensaje ya no existe.", "A mensagem não existe mais.", "The message is gone."),
    "not-concerned": say(
      "Era para quienes pelean en la guerra.",
      "Era para quem luta na guerra.",
      "It was for those who fight in the war.",
    ),
    "condition-gone": say(
      "Aquello de lo que avisaba ya terminó.",
      "Aquilo de que avisava já acabou.",
      "What it was about is over.",
    ),
    read: say("Ya lo leíste.", "Você já leu.", "You had read it already."),
    overtaken: say(
      "Lo que llegó después tomó su lugar en tu pantalla.",
      "O que chegou depois tomou o lugar na sua tela.",
      "What came later has taken its place on your screen.",
    ),
    told: say("Ya te avisamos de eso.", "Já avisamos sobre isso.", "You had been told of it already."),
    "push-off": say("Desactivaste los avisos.", "Você desativou os avisos.", "You have turned push off."),
    "important-only": say(
      "Solo quieres avisos importantes.",
      "Você só quer avisos importantes.",
      "You want important pushes only.",
    ),
    "kind-off": say(
      "Desactivaste este tipo de avisos.",
      "Você desativou esse tipo de aviso.",
      "You turned this kind off.",
    ),
    "channel-off": say(
      "Silenciaste esta conversación.",
      "Você silenciou esta conversa.",
      "You have turned this conversation off.",
    ),
    "mentions-only": say(
      "En esta conversación solo quieres lo que va dirigido a ti.",
      "Nesta conversa você só quer o que é para você.",
      "Of this conversation you want only what is to you.",
    ),
    "kind-silent": say(
      "El juego no avisa de esto.",
      "O jogo não avisa sobre isso.",
      "The game sends no push about this.",
    ),
    "no-device": say(
      "No hay ningún dispositivo al que avisar.",
      "Não há nenhum aparelho para avisar.",
      "There is no device to send to.",
    ),
    expired: say(
      "Ya era demasiado tarde para avisar.",
      "Já era tarde demais para avisar.",
      "It was too late to tell you.",
    ),
    "enough-digests": say("El juego no envía resúmenes.", "O jogo não envia resumos.", "The game sends no digests."),
    "over-budget": say(
      "Ya recibiste bastantes avisos.",
      "Você já recebeu avisos suficientes.",
      "You had enough pushes already.",
    ),
    "digest-only": say(
      "Elegiste recibir estos avisos solo en el resumen.",
      "Você escolheu receber esses avisos só no resumo.",
      "You chose to get this kind in your digest only.",
    ),
    "held-too-long": say(
      "No te molestamos hasta que ya no servirá.",
      "Não incomodamos até que já não sirva.",
      "You were not to be disturbed until it was no use any more.",
    ),
  },
} as const satisfies Words;

type DecisionOutcome = keyof typeof DECISION_WORDS;

/** Why, in one sentence. A reason of another version has no words: ''. */
export const decisionWords = (outcome: DecisionOutcome, reason: string, locale: Locale): string => {
  const words: Words[DecisionOutcome] = DECISION_WORDS[outcome];
  return Object.hasOwn(words, reason) ? (words[reason]?.[locale] ?? "") : "";
};
