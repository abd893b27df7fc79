-- A war between two guilds. Its owner key is 'war:<id>'; side 0 has challenged, side 1 was challenged. Parts:
--   info      hash    see below; goes with all other parts KEPT_MS after the war's end
--   roster:0, roster:1  hash  player -> JSON {number (in his guild's channel), name, avatar, level, power}: who fights, written once, at the lock
--   members   hash    fighter -> '<side>:<attempts used>:<battles that count>:<what he added to the score>:<when, ms>'
--   tokens    hash    token -> '<fighter>:<when his battle began, ms>:<until when its result is taken, ms>' of battles that are being fought
--   spent     hash    token -> battle that was told with it
--   battles   hash    battle -> '<side>:<score>:<began (ms)>:<told (ms)>:<c counts | v voided>:<print>:<fighter>:<target>'
--   bests     hash    '<side>:<fighter or target>' -> the best score of it, by what the mode counts
--   events    list    the newest 20, newest first: JSON {at, what, side?, player?, score?}
--   news      list    JSON {item, …} of what is still to be said in both guilds, oldest first, see war_said
--   result    string  JSON, written once; results  list  those before it, oldest first, once it was corrected
--   feed              pub/sub: 'v<version>'
-- info: phase, v (rises with whatever is shown), mode (JSON), guild:0, guild:1, name:0, name:1, tag:0, tag:1, how (challenge | queue), by (player, '' the backend), at, print,
--   answerUntil; accepted (token of the acceptance), answeredBy (who accepted, '' the backend); void:<token> (one that must not be accepted any more); confirmed (both guilds are bound); lockAt, startsAt, endsAt;
--   mu:0, sigma:0, mu:1, sigma:1 (ratings at acceptance); roster ('<fighters of 0>,<of 1>' once locked); score:0, score:1, battles:0, battles:1, used:0, used:1;
--   reached:0, reached:1 (when the score was last raised, ms); lead ('0', '1', '' none), leadTold, leadToldAt; lastHour (told); cancel:0, cancel:1 (who wants it called off), cancelTold:0, cancelTold:1 (that was told);
--   reason; closed ('1': both guilds know of its end); ended (ms); round (how often it was settled, from 1 on), trusted (battles are believed where sums differ);
--   again (when a step is due that waits, ms); told (the instant of the last battle, ms)
-- and of the bucket: wardue (sorted set: 'war:<id>' -> when there is something to do, ms; see guild-war.lua for another kind of item),
--   warversions (hash: id -> v of wars that are not over).
-- Phases: asking → challenged → preparing → active → settling → settled; or declined, withdrawn, expired, cancelled; held (from settling, until someone decides), voided.

do
  local KEPT_MS = 120 * 86400000
  -- What is begun is gone on with by whoever comes by after so long.
  local LEFT_MS = 10000
  local MOST_EVENTS = 20
  -- A change of the lead is told this often at most.
  local LEAD_MS = 900000
  local HOUR_MS = 3600000
  local OVER = { declined = true, withdrawn = true, expired = true, cancelled = true, settled = true, voided = true }
  local PARTS = { 'info', 'roster:0', 'roster:1', 'members', 'tokens', 'spent', 'battles', 'bests', 'events', 'news', 'result', 'results' }

  local function id_of(owner)
    return string.match(owner, '}:war:(.+):$')
  end

  local function fields_of(owner)
    local flat, info = redis.call('HGETALL', owner .. 'info'), {}
    for index = 1, #flat, 2 do info[flat[index]] = flat[index + 1] end
    return info
  end

  -- When an active war whose time is up is closed: results of battles that were begun may still come, for a while.
  local function closes_at(owner, info, now)
    if info.full then return now end
    local last = tonumber(info.endsAt)
    for _, row in ipairs(redis.call('HVALS', owner .. 'tokens')) do last = math.max(last, tonumber(string.match(row, ':(%d+)$'))) end
    return math.min(last, tonumber(info.endsAt) + tonumber(info.graceMs))
  end

  -- When there is something to do about a war; nil: nothing any more.
  local function due_of(owner, info, now)
    if redis.call('EXISTS', owner .. 'news') == 1 then return now end
    local phase = info.phase
    if phase == 'asking' then return tonumber(info.at) + LEFT_MS end
    if phase == 'challenged' then return tonumber(info.answerUntil) end
    if phase == 'preparing' then
      if not info.confirmed then return now end
      return tonumber(info.roster and info.startsAt or info.lockAt)
    end
    if phase == 'active' then
      local ends = tonumber(info.endsAt)
      if info.full then return now end
      if now >= ends then return closes_at(owner, info, now) end
      if not info.lastHour then ends = math.min(ends, math.max(now, ends - HOUR_MS)) end
      if info.lead ~= info.leadTold and info.lead ~= '' then ends = math.min(ends, tonumber(info.leadToldAt or '0') + LEAD_MS) end
      return ends
    end
    if phase == 'settling' then return tonumber(info.again or now) end
    if phase == 'held' or info.closed then return nil end
    return tonumber(info.again or now)
  end

  local function rearm(owner, bucket, now)
    local info = fields_of(owner)
    local due, item = due_of(owner, info, now), 'war:' .. id_of(owner)
    if due then redis.call('ZADD', bucket .. 'wardue', int(due), item) else redis.call('ZREM', bucket .. 'wardue', item) end
  end

  -- Whatever changed is shown, and done about when it is time.
  local function changed(owner, bucket, now)
    local v = redis.call('HINCRBY', owner .. 'info', 'v', 1)
    redis.call('HSET', bucket .. 'warversions', id_of(owner), v)
    redis.call('SPUBLISH', owner .. 'feed', 'v' .. v)
    rearm(owner, bucket, now)
  end

  local function log_event(owner, event)
    redis.call('LPUSH', owner .. 'events', cjson.encode(event))
    redis.call('LTRIM', owner .. 'events', 0, MOST_EVENTS - 1)
  end

  -- Has both guilds be told, in this order.
  local function say(owner, item)
    redis.call('RPUSH', owner .. 'news', cjson.encode(item))
  end

  -- Which two guilds, for what is told of them.
  local function guilds_of(owner)
    local guilds = redis.call('HMGET', owner .. 'info', 'guild:0', 'guild:1')
    return guilds[1], guilds[2]
  end

  local function set_phase(owner, bucket, phase, now)
    redis.call('HSET', owner .. 'info', 'phase', phase)
    if OVER[phase] then redis.call('HSET', owner .. 'info', 'ended', int(now)) end
  end

  local function phase_of(owner)
    return redis.call('HGET', owner .. 'info', 'phase')
  end

  -- war_open: a war that is about to be asked for.
  -- ARGV: 1 print of the request, then fields of info and their values   Reply: {'ok', phase, newly (0|1)}; the same request again is {'ok', phase, 0}
  -- Errors: {'key-reused'}
  command('war_open', function(keys, argv)
    local owner, bucket, now = keys[1], keys[2], now_ms()
    local stored = redis.call('HMGET', owner .. 'info', 'phase', 'print')
    if stored[1] then
      if stored[2] ~= argv[1] then return { 'key-reused' } end
      return { 'ok', stored[1], 0 }
    end
    redis.call('HSET', owner .. 'info', 'phase', 'asking', 'print', argv[1], 'at', int(now), 'score:0', 0, 'score:1', 0, 'battles:0', 0, 'battles:1', 0, 'used:0', 0,
      'used:1', 0, 'reached:0', int(now), 'reached:1', int(now), 'lead', '', 'leadTold', '', 'round', 1, unpack(argv, 2))
    changed(owner, bucket, now)
    return { 'ok', 'asking', 1 }
  end)

  -- war_drop: nobody was asked; nothing of it stays.
  -- Reply: {'ok'}, also when there is none   Errors: {'war-phase'}
  command('war_drop', function(keys)
    local owner, bucket = keys[1], keys[2]
    local phase = phase_of(owner)
    if not phase then return { 'ok' } end
    if phase ~= 'asking' then return { 'war-phase' } end
    for _, part in ipairs(PARTS) do redis.call('UNLINK', owner .. part) end
    redis.call('HDEL', bucket .. 'warversions', id_of(owner))
    redis.call('ZREM', bucket .. 'wardue', 'war:' .. id_of(owner))
    return { 'ok' }
  end)

  -- war_read: a war as it is.
  -- Reply: {'ok', now (ms), info (flat), news, result ('' none), results}   Errors: {'war-not-found'}
  command('war_read', function(keys)
    local owner = keys[1]
    local info = redis.call('HGETALL', owner .. 'info')
    if #info == 0 then return { 'war-not-found' } end
    return { 'ok', int(now_ms()), info, redis.call('LRANGE', owner .. 'news', 0, -1), redis.call('GET', owner .. 'result') or '',
      redis.call('LRANGE', owner .. 'results', 0, -1) }
  end)

  -- war_asked: both guilds know of the challenge.
  -- ARGV: 1 until when it can be answered (ms)   Reply: {'ok', it is open (1|0)}, also later   Errors: {'war-not-found'}
  command('war_asked', function(keys, argv)
    local owner, bucket, now = keys[1], keys[2], now_ms()
    local phase = phase_of(owner)
    if not phase then return { 'war-not-found' } end
    if phase ~= 'asking' then return { 'ok', phase == 'challenged' and 1 or 0 } end
    redis.call('HSET', owner .. 'info', 'answerUntil', argv[1])
    set_phase(owner, bucket, 'challenged', now)
    local guild, opponent = guilds_of(owner)
    happened(bucket, 'war-challenged', { war = id_of(owner), guild = guild, opponent = opponent, by = redis.call('HGET', owner .. 'info', 'by') })
    changed(owner, bucket, now)
    return { 'ok', 1 }
  end)

  -- war_turn_down: the challenge comes to nothing.
  -- ARGV: 1 phase it comes to (declined, withdrawn, expired), 2 who does it ('' the backend, or nobody), 3 reason ('' none)
  -- Reply: {'ok', newly (0|1)}   Errors: {'war-not-found'}, {'war-phase'}, {'early'}
  command('war_turn_down', function(keys, argv)
    local owner, bucket, now = keys[1], keys[2], now_ms()
    local info = redis.call('HMGET', owner .. 'info', 'phase', 'answerUntil')
    if not info[1] then return { 'war-not-found' } end
    if info[1] == argv[1] then return { 'ok', 0 } end
    if info[1] ~= 'challenged' then return { 'war-phase' } end
    if argv[1] == 'expired' and now < tonumber(info[2]) then return { 'early' } end
    set_phase(owner, bucket, argv[1], now)
    if argv[3] ~= '' then redis.call('HSET', owner .. 'info', 'reason', argv[3]) end
    say(owner, { item = argv[1] })
    local guild, opponent = guilds_of(owner)
    local declined, withdrawn = argv[1] == 'declined', argv[1] == 'withdrawn'
    happened(bucket, declined and 'war-declined' or withdrawn and 'war-withdrawn' or 'war-expired', { war = id_of(owner), guild = guild, opponent = opponent, by = argv[2], reason = argv[3] ~= '' and argv[3] or nil })
    changed(owner, bucket, now)
    return { 'ok', 1 }
  end)

  -- war_accept: both guilds are held for it by a token; from here on it takes place. What was read to settle its times may be a little old.
  -- ARGV: 1 token, 2 phase it is accepted in (challenged; asking for a war that both have looked for), then fields of info and their values (startsAt, lockAt, endsAt, ratings)
  -- Reply: {'ok', newly (0|1)}; accepted already by this or another token is {'ok', 0}
  -- Errors: {'war-not-found'}, {'war-phase'}, {'war-fenced'} (the token must not be accepted any more)
  command('war_accept', function(keys, argv)
    local owner, bucket, now = keys[1], keys[2], now_ms()
    local info = redis.call('HMGET', owner .. 'info', 'phase', 'answerUntil', 'void:' .. argv[1], 'accepted')
    if not info[1] then return { 'war-not-found' } end
    if info[4] then if OVER[info[1]] then return { 'war-phase' } end return { 'ok', 0 } end
    if info[1] ~= argv[2] then return { 'war-phase' } end
    if info[3] then return { 'war-fenced' } end
    if info[2] and now >= tonumber(info[2]) then return { 'war-phase' } end
    redis.call('HSET', owner .. 'info', 'accepted', argv[1], unpack(argv, 3))
    set_phase(owner, bucket, 'preparing', now)
    local guild, opponent = guilds_of(owner)
    happened(bucket, 'war-accepted', { war = id_of(owner), guild = guild, opponent = opponent, startsAt = tonumber(redis.call('HGET', owner .. 'info', 'startsAt')) })
    changed(owner, bucket, now)
    return { 'ok', 1 }
  end)

  -- war_fence: a token with which a guild was held long ago. Either the war was accepted by it, or it never will be.
  -- ARGV: 1 token ('': the guild is bound; is the war on?)   Reply: {'ok', the guild is bound (1) | the hold may go (0)}
  command('war_fence', function(keys, argv)
    local owner = keys[1]
    local info = redis.call('HMGET', owner .. 'info', 'phase', 'accepted')
    if not info[1] or OVER[info[1]] then return { 'ok', 0 } end
    if info[2] then return { 'ok', (argv[1] == '' or info[2] == argv[1]) and 1 or 0 } end
    if argv[1] == '' then return { 'ok', 0 } end
    redis.call('HSET', owner .. 'info', 'void:' .. argv[1], 1)
    return { 'ok', 0 }
  end)

  -- war_confirmed: both guilds are bound to it for good. Reply: {'ok'}   Errors: {'war-not-found'}
  command('war_confirmed', function(keys)
    local owner, bucket, now = keys[1], keys[2], now_ms()
    if phase_of(owner) == 'preparing' and redis.call('HSETNX', owner .. 'info', 'confirmed', '1') == 1 then
      say(owner, { item = 'accepted' })
      changed(owner, bucket, now)
    end
    return { phase_of(owner) and 'ok' or 'war-not-found' }
  end)

  -- war_lock: settles who fights, once.
  -- ARGV: 1 fighters of side 0, 2 of side 1: JSON [[player, number, name, avatar, level, power], …]
  -- Reply: {'ok', newly (0|1)}   Errors: {'war-not-found'}, {'war-phase'}, {'early'}
  command('war_lock', function(keys, argv)
    local owner, bucket, now = keys[1], keys[2], now_ms()
    local info = redis.call('HMGET', owner .. 'info', 'phase', 'lockAt', 'roster', 'confirmed')
    if not info[1] then return { 'war-not-found' } end
    if info[3] then return { 'ok', 0 } end
    if info[1] ~= 'preparing' or not info[4] then return { 'war-phase' } end
    if now < tonumber(info[2]) then return { 'early' } end
    local counts = {}
    for side = 0, 1 do
      local rows = cjson.decode(argv[side + 1])
      counts[#counts + 1] = #rows
      for _, row in ipairs(rows) do
        local fighter = { number = row[2], name = row[3], avatar = row[4], level = row[5], power = row[6] }
        redis.call('HSET', owner .. 'roster:' .. side, row[1], cjson.encode(fighter))
        redis.call('HSET', owner .. 'members', row[1], side .. ':0:0:0:0')
      end
    end
    redis.call('HSET', owner .. 'info', 'roster', table.concat(counts, ','))
    local guild, opponent = guilds_of(owner)
    happened(bucket, 'war-locked', { war = id_of(owner), guild = guild, opponent = opponent, fighters = counts })
    changed(owner, bucket, now)
    return { 'ok', 1 }
  end)

  -- war_start: it begins. Reply: {'ok', newly (0|1)}   Errors: {'war-not-found'}, {'war-phase'}, {'early'}
  command('war_start', function(keys)
    local owner, bucket, now = keys[1], keys[2], now_ms()
    local info = redis.call('HMGET', owner .. 'info', 'phase', 'startsAt', 'roster', 'endsAt')
    if not info[1] then return { 'war-not-found' } end
    if info[1] == 'active' then return { 'ok', 0 } end
    if info[1] ~= 'preparing' or not info[3] then return { 'war-phase' } end
    if now < tonumber(info[2]) then return { 'early' } end
    set_phase(owner, bucket, 'active', now)
    -- A short war has no last hour of its own.
    if tonumber(info[4]) - tonumber(info[2]) <= 2 * HOUR_MS then redis.call('HSET', owner .. 'info', 'lastHour', '1') end
    log_event(owner, { at = now, what = 'start' })
    if now < tonumber(info[4]) then say(owner, { item = 'start' }) end
    local guild, opponent = guilds_of(owner)
    happened(bucket, 'war-started', { war = id_of(owner), guild = guild, opponent = opponent })
    changed(owner, bucket, now)
    return { 'ok', 1 }
  end)

  -- war_call_off: one side wants a war that has not begun called off, or not any more; when both do, it is. With side '' it is called off at once.
  -- ARGV: 1 side (0, 1; '' the backend, or the rules), 2 wants it (1|0), 3 reason   Reply: {'ok', phase}   Errors: {'war-not-found'}, {'war-phase'}
  command('war_call_off', function(keys, argv)
    local owner, bucket, now = keys[1], keys[2], now_ms()
    local phase = phase_of(owner)
    if not phase then return { 'war-not-found' } end
    if phase == 'cancelled' then return { 'ok', phase } end
    if phase ~= 'preparing' then return { 'war-phase' } end
    if argv[1] ~= '' then
      if (redis.call('HGET', owner .. 'info', 'cancel:' .. argv[1]) or '0') == argv[2] then return { 'ok', phase } end
      redis.call('HSET', owner .. 'info', 'cancel:' .. argv[1], argv[2])
      local both = redis.call('HMGET', owner .. 'info', 'cancel:0', 'cancel:1')
      if both[1] ~= '1' or both[2] ~= '1' then
        -- Who changes his mind again and again is told of once.
        if argv[2] == '1' and redis.call('HSETNX', owner .. 'info', 'cancelTold:' .. argv[1], 1) == 1 then
          say(owner, { item = 'cancel:' .. argv[1], side = tonumber(argv[1]) })
        end
        changed(owner, bucket, now)
        return { 'ok', phase }
      end
    end
    redis.call('HSET', owner .. 'info', 'reason', argv[3])
    set_phase(owner, bucket, 'cancelled', now)
    say(owner, { item = 'cancelled', reason = argv[3] })
    local guild, opponent = guilds_of(owner)
    happened(bucket, 'war-cancelled', { war = id_of(owner), guild = guild, opponent = opponent, reason = argv[3] })
    changed(owner, bucket, now)
    return { 'ok', 'cancelled' }
  end)

  -- A token's row, or nil.
  local function token_row(owner, token)
    local player, began, til = string.match(redis.call('HGET', owner .. 'tokens', token) or '', '^(.*):(%d+):(%d+)$')
    if not player then return nil end
    return { player = player, began = tonumber(began), til = tonumber(til) }
  end

  local function member_row(owner, player)
    local side, used, battles, score, at = string.match(redis.call('HGET', owner .. 'members', player) or '', '^(%d):(%d+):(%d+):(%d+):(%d+)$')
    if not side then return nil end
    return { side = side, used = tonumber(used), battles = tonumber(battles), score = tonumber(score), at = at }
  end

  local function keep_member(owner, player, row)
    redis.call('HSET', owner .. 'members', player, row.side .. ':' .. int(row.used) .. ':' .. int(row.battles) .. ':' .. int(row.score) .. ':' .. row.at)
  end

  -- war_begin_battle: a fighter begins a battle, which takes one of his attempts; once per token.
  -- ARGV: 1 token, 2 player   Reply: {'ok', when it began, until when its result is taken (ms), attempts left}; asked again as the first time
  -- Errors: {'war-not-found'}, {'war-not-active'}, {'not-fighter'}, {'no-attempts'} (neither he, nor where battles are counted his side), {'battle-token'} (it was used, or by another)
  command('war_begin_battle', function(keys, argv)
    local owner, bucket, token, player, now = keys[1], keys[2], argv[1], argv[2], now_ms()
    local info = redis.call('HMGET', owner .. 'info', 'phase', 'endsAt', 'attempts', 'battleMs', 'full', 'most', 'used:0', 'used:1')
    if not info[1] then return { 'war-not-found' } end
    local row, first = member_row(owner, player), token_row(owner, token)
    if first then
      if first.player ~= player or not row then return { 'battle-token' } end
      return { 'ok', int(first.began), int(first.til), int(tonumber(info[3]) - row.used) }
    end
    if redis.call('HEXISTS', owner .. 'spent', token) == 1 then return { 'battle-token' } end
    if info[1] ~= 'active' or now >= tonumber(info[2]) or info[5] then return { 'war-not-active' } end
    if not row then return { 'not-fighter' } end
    local side_used = tonumber(row.side == '0' and info[7] or info[8])
    if row.used >= tonumber(info[3]) or (info[6] and side_used >= tonumber(info[6])) then return { 'no-attempts' } end
    local til = now + tonumber(info[4])
    row.used, row.at = row.used + 1, int(now)
    keep_member(owner, player, row)
    redis.call('HINCRBY', owner .. 'info', 'used:' .. row.side, 1)
    redis.call('HSET', owner .. 'tokens', token, player .. ':' .. int(now) .. ':' .. int(til))
    changed(owner, bucket, now)
    return { 'ok', int(now), int(til), int(tonumber(info[3]) - row.used) }
  end)

  -- war_drop_battle: a battle that was begun did not take place; its attempt is given back.
  -- ARGV: 1 token   Reply: {'ok'}, also when the token is not known any more   Errors: {'war-not-found'}, {'war-not-active'}, {'battle-told'} (there is a result)
  command('war_drop_battle', function(keys, argv)
    local owner, bucket, now = keys[1], keys[2], now_ms()
    local phase = phase_of(owner)
    if not phase then return { 'war-not-found' } end
    if redis.call('HEXISTS', owner .. 'spent', argv[1]) == 1 then return { 'battle-told' } end
    local first = token_row(owner, argv[1])
    if not first then return { 'ok' } end
    if phase ~= 'active' then return { 'war-not-active' } end
    local row = member_row(owner, first.player)
    row.used = math.max(0, row.used - 1)
    keep_member(owner, first.player, row)
    redis.call('HINCRBY', owner .. 'info', 'used:' .. row.side, -1)
    redis.call('HDEL', owner .. 'tokens', argv[1])
    changed(owner, bucket, now)
    return { 'ok' }
  end)

  -- Adds a battle to all that is counted. Returns what it added to its side's score.
  local function count_battle(owner, info, row, player, score, target, now)
    local added = score
    if info.scoring ~= 'sum' then
      local what = row.side .. ':' .. (info.scoring == 'best' and player or target)
      local best = tonumber(redis.call('HGET', owner .. 'bests', what) or '0')
      added = math.max(0, score - best)
      if added > 0 then redis.call('HSET', owner .. 'bests', what, int(score)) end
    end
    row.battles, row.score, row.at = row.battles + 1, row.score + added, int(now)
    keep_member(owner, player, row)
    redis.call('HINCRBY', owner .. 'info', 'battles:' .. row.side, 1)
    if added > 0 then
      redis.call('HINCRBY', owner .. 'info', 'score:' .. row.side, int(added))
      redis.call('HSET', owner .. 'info', 'reached:' .. row.side, int(now))
    end
    return added
  end

  -- Whether both sides have fought as many battles as end a war; keeps it.
  local function is_full(owner, info)
    local most = tonumber(info.most or '')
    if not most then return false end
    local fought = redis.call('HMGET', owner .. 'info', 'battles:0', 'battles:1')
    if tonumber(fought[1]) < most or tonumber(fought[2]) < most then return false end
    redis.call('HSET', owner .. 'info', 'full', '1')
    return true
  end

  local function look_at_lead(owner, now)
    local info = redis.call('HMGET', owner .. 'info', 'score:0', 'score:1', 'lead', 'leadTold', 'leadToldAt')
    local one, other = tonumber(info[1]), tonumber(info[2])
    local lead = one > other and '0' or other > one and '1' or ''
    if lead ~= info[3] then
      redis.call('HSET', owner .. 'info', 'lead', lead)
      if lead ~= '' then log_event(owner, { at = now, what = 'lead', side = tonumber(lead) }) end
    end
  end

  -- Says who leads, if that is news and the last time is long ago.
  local function tell_lead(owner, bucket, now)
    local info = redis.call('HMGET', owner .. 'info', 'lead', 'leadTold', 'leadToldAt', 'score:0', 'score:1')
    if info[1] == '' or info[1] == info[2] or now < tonumber(info[3] or '0') + LEAD_MS then return end
    redis.call('HSET', owner .. 'info', 'leadTold', info[1], 'leadToldAt', int(now))
    say(owner, { item = 'lead:' .. int(now), side = tonumber(info[1]), score = { info[4], info[5] } })
    local guild, opponent = guilds_of(owner)
    local scores = { tonumber(info[4]), tonumber(info[5]) }
    happened(bucket, 'war-lead', { war = id_of(owner), guild = guild, opponent = opponent, side = tonumber(info[1]), scores = scores })
  end

  -- war_report: results of battles, each counted once, by its id and by when it began.
  -- ARGV: for each: battle, token, player, score, target ('' none), print
  -- Reply: {'ok', there is something to say or to end at once (0|1), {code ('ok', 'repeated', or of an error), score of his side, of the other, what it added} for each}
  -- Errors: {'war-not-found'}; for one battle: battle-reused (another result under its id), war-not-active (not yet, or no more), battle-token (unknown, another's, or used),
  --         battle-late (after its time), target-missing
  command('war_report', function(keys, argv)
    local owner, bucket, now = keys[1], keys[2], now_ms()
    local info = fields_of(owner)
    if not info.phase then return { 'war-not-found' } end
    local ends = info.endsAt and tonumber(info.endsAt) + tonumber(info.graceMs)
    local reply, counted = { 'ok', 0 }, false
    -- Battles are in the order of these instants, whatever the clock does: each is later than the one before.
    local told = tonumber(info.told or '0')
    for index = 1, #argv, 6 do
      local battle, token, player, score, target, print = argv[index], argv[index + 1], argv[index + 2], argv[index + 3], argv[index + 4], argv[index + 5]
      local code, added, side = 'ok', 0, nil
      local known = redis.call('HGET', owner .. 'battles', battle)
      local row, began = member_row(owner, player), token_row(owner, token)
      if known then
        code = string.match(known, '^%d:%d+:%d+:%d+:%a:(%x*):') == print and 'repeated' or 'battle-reused'
        side = string.sub(known, 1, 1)
      elseif info.phase ~= 'active' or info.full then code = 'war-not-active'
      elseif not row or not began or began.player ~= player then code = 'battle-token'
      elseif now > began.til or now > ends then code = 'battle-late'
      elseif info.scoring == 'best-of-target' and target == '' then code = 'target-missing'
      else
        side, told = row.side, math.max(now, told + 1)
        redis.call('HSET', owner .. 'battles', battle, table.concat({ side, score, int(began.began), int(told), 'c', print, player, target }, ':'))
        redis.call('HDEL', owner .. 'tokens', token)
        redis.call('HSET', owner .. 'spent', token, battle)
        added = count_battle(owner, info, row, player, tonumber(score), target, told)
        log_event(owner, { at = now, what = 'battle', side = tonumber(side), player = player, score = tonumber(score), added = added })
        counted = true
        if is_full(owner, info) then info.full = '1' end
      end
      local scores = redis.call('HMGET', owner .. 'info', 'score:0', 'score:1')
      if side == '1' then scores = { scores[2], scores[1] } end
      reply[#reply + 1] = { code, scores[1], scores[2], int(added) }
    end
    if counted then
      redis.call('HSET', owner .. 'info', 'told', int(told))
      look_at_lead(owner, now)
      tell_lead(owner, bucket, now)
      changed(owner, bucket, now)
    end
    if info.full or redis.call('EXISTS', owner .. 'news') == 1 then reply[2] = 1 end
    return reply
  end)

  -- war_tick: what the time has brought an active war: its last hour, who leads, its end.
  -- ARGV: 1 '1': the clock is believed, so it may end by it   Reply: {'ok', phase}   Errors: {'war-not-found'}
  command('war_tick', function(keys, argv)
    local owner, bucket, now = keys[1], keys[2], now_ms()
    local info = fields_of(owner)
    if not info.phase then return { 'war-not-found' } end
    if info.phase ~= 'active' then return { 'ok', info.phase } end
    local ends = tonumber(info.endsAt)
    if now < ends then tell_lead(owner, bucket, now) end
    if not info.lastHour and now >= ends - HOUR_MS then
      redis.call('HSET', owner .. 'info', 'lastHour', '1')
      if now < ends then say(owner, { item = 'last-hour' }) end
    end
    if (argv[1] == '1' or info.full) and now >= closes_at(owner, info, now) then
      set_phase(owner, bucket, 'settling', now)
      redis.call('HDEL', owner .. 'info', 'again')
      log_event(owner, { at = now, what = 'end' })
    end
    changed(owner, bucket, now)
    return { 'ok', phase_of(owner) }
  end)

  -- war_battles: a page of battles, in no order. ARGV: 1 cursor of HSCAN   Reply: {'ok', cursor, battle, row, …}
  command('war_battles', function(keys, argv)
    local page = redis.call('HSCAN', keys[1] .. 'battles', argv[1], 'COUNT', 500)
    return { 'ok', page[1], page[2] }
  end)

  -- war_fighters: all fighters with what they did. Reply: {'ok', roster of 0, roster of 1, members}, flat lists
  command('war_fighters', function(keys)
    local owner = keys[1]
    return { 'ok', redis.call('HGETALL', owner .. 'roster:0'), redis.call('HGETALL', owner .. 'roster:1'), redis.call('HGETALL', owner .. 'members') }
  end)

  -- war_conclude: writes what came of it, once in each round of settling. What follows from it waits until Redis cannot lose it.
  -- ARGV: 1 round, 2 result (JSON), 3 how long that is (ms)   Reply: {'ok', the result that stands}   Errors: {'war-not-found'}, {'war-phase'}
  command('war_conclude', function(keys, argv)
    local owner, bucket = keys[1], keys[2]
    local info = redis.call('HMGET', owner .. 'info', 'phase', 'round')
    if not info[1] then return { 'war-not-found' } end
    local result = redis.call('GET', owner .. 'result')
    if result then return { 'ok', result } end
    if info[1] ~= 'settling' or info[2] ~= argv[1] then return { 'war-phase' } end
    redis.call('SET', owner .. 'result', argv[2])
    local now = now_ms()
    redis.call('HSET', owner .. 'info', 'again', int(now + tonumber(argv[3])))
    changed(owner, bucket, now)
    return { 'ok', argv[2] }
  end)

  -- war_hold: battles and sums differ; nothing is paid until someone has decided.
  -- ARGV: 1 what differs   Reply: {'ok', newly (0|1)}   Errors: {'war-not-found'}
  command('war_hold', function(keys, argv)
    local owner, bucket, now = keys[1], keys[2], now_ms()
    local phase = phase_of(owner)
    if not phase then return { 'war-not-found' } end
    if phase ~= 'settling' or redis.call('EXISTS', owner .. 'result') == 1 then return { 'ok', 0 } end
    redis.call('HSET', owner .. 'info', 'reason', argv[1])
    set_phase(owner, bucket, 'held', now)
    local guild, opponent = guilds_of(owner)
    happened(bucket, 'war-held', { war = id_of(owner), guild = guild, opponent = opponent, reason = argv[1] })
    changed(owner, bucket, now)
    return { 'ok', 1 }
  end)

  -- war_trust: a war that was held is settled by its battles. Reply: {'ok'}   Errors: {'war-not-found'}, {'war-phase'}
  command('war_trust', function(keys)
    local owner, bucket, now = keys[1], keys[2], now_ms()
    local info = redis.call('HMGET', owner .. 'info', 'phase', 'trusted')
    if not info[1] then return { 'war-not-found' } end
    if info[1] ~= 'held' then return info[2] and { 'ok' } or { 'war-phase' } end
    redis.call('HSET', owner .. 'info', 'trusted', '1')
    redis.call('HDEL', owner .. 'info', 'reason')
    set_phase(owner, bucket, 'settling', now)
    changed(owner, bucket, now)
    return { 'ok' }
  end)

  -- war_wait: settling goes on after a while. ARGV: 1 ms   Reply: {'ok'}
  command('war_wait', function(keys, argv)
    local owner, bucket, now = keys[1], keys[2], now_ms()
    if redis.call('EXISTS', owner .. 'info') == 1 then
      redis.call('HSET', owner .. 'info', 'again', int(now + tonumber(argv[1])))
      rearm(owner, bucket, now)
    end
    return { 'ok' }
  end)

  -- war_settled: all that its result says has been done.
  -- ARGV: 1 round, 2 phase it comes to (settled, voided)   Reply: {'ok', newly (0|1)}   Errors: {'war-not-found'}, {'war-phase'}
  command('war_settled', function(keys, argv)
    local owner, bucket, now = keys[1], keys[2], now_ms()
    local info = redis.call('HMGET', owner .. 'info', 'phase', 'round', 'guild:0', 'guild:1')
    if not info[1] then return { 'war-not-found' } end
    if info[1] ~= 'settling' or info[2] ~= argv[1] then return info[1] == argv[2] and { 'ok', 0 } or { 'war-phase' } end
    redis.call('HDEL', owner .. 'info', 'again')
    set_phase(owner, bucket, argv[2], now)
    local result = cjson.decode(redis.call('GET', owner .. 'result'))
    local winner = result.winner
    local guild, opponent = guilds_of(owner)
    local is_void = argv[2] == 'voided'
    happened(bucket, is_void and 'war-voided' or 'war-settled', { war = id_of(owner), guild = guild, opponent = opponent, winner = winner ~= cjson.null and info[3 + tonumber(winner)] or nil, scores = result.scores, round = tonumber(argv[1]) })
    say(owner, { item = (argv[1] == '1' and 'end' or 'corrected:' .. argv[1]) })
    changed(owner, bucket, now)
    return { 'ok', 1 }
  end)

  -- Everything is counted anew, from the battles, in the order in which they were told. Written at the end: of 100,000 battles each call would take seconds.
  local function count_anew(owner, info)
    local battles, all = {}, redis.call('HGETALL', owner .. 'battles')
    for index = 1, #all, 2 do
      local side, score, at, state, who, target = string.match(all[index + 1], '^(%d):(%d+):%d+:(%d+):(%a):%x*:([^:]*):([^:]*)$')
      if state == 'c' then battles[#battles + 1] = { at = tonumber(at), battle = all[index], side = side, score = tonumber(score), who = who, target = target } end
    end
    table.sort(battles, function(a, b) return a.at < b.at or (a.at == b.at and a.battle < b.battle) end)
    local rows, members = {}, redis.call('HKEYS', owner .. 'members')
    for _, player in ipairs(members) do
      local row = member_row(owner, player)
      row.battles, row.score = 0, 0
      rows[player] = row
    end
    local function nothing() return { score = 0, battles = 0, reached = info.startsAt } end
    local sides, bests = { ['0'] = nothing(), ['1'] = nothing() }, {}
    for _, one in ipairs(battles) do
      local row, side, added, at = rows[one.who], sides[one.side], one.score, int(one.at)
      if info.scoring ~= 'sum' then
        local what = one.side .. ':' .. (info.scoring == 'best' and one.who or one.target)
        added = math.max(0, one.score - (bests[what] or 0))
        if added > 0 then bests[what] = one.score end
      end
      row.battles, row.score, row.at = row.battles + 1, row.score + added, at
      side.battles, side.score = side.battles + 1, side.score + added
      if added > 0 then side.reached = at end
    end
    for player, row in pairs(rows) do keep_member(owner, player, row) end
    redis.call('DEL', owner .. 'bests')
    local flat = {}
    for what, score in pairs(bests) do
      flat[#flat + 1], flat[#flat + 2] = what, int(score)
      if #flat == 1000 then
        redis.call('HSET', owner .. 'bests', unpack(flat))
        flat = {}
      end
    end
    if #flat > 0 then redis.call('HSET', owner .. 'bests', unpack(flat)) end
    for side, of in pairs(sides) do
      redis.call('HSET', owner .. 'info', 'score:' .. side, int(of.score), 'battles:' .. side, int(of.battles), 'reached:' .. side, of.reached)
    end
    redis.call('HDEL', owner .. 'info', 'full')
  end

  -- war_reopen: the result is to be corrected: a battle does not count any more, or the whole war. Before it is settled a battle is taken out of what is counted at once.
  -- ARGV: 1 battle ('' the whole war), 2 '1': its attempt is given back, where the war is active, 3 reason
  -- Reply: {'ok', phase, newly (0|1)}   Errors: {'war-not-found'}, {'battle-not-found'}, {'war-phase'} (not begun; it is being settled, or over without a result)
  command('war_reopen', function(keys, argv)
    local owner, bucket, battle, now = keys[1], keys[2], argv[1], now_ms()
    local info = fields_of(owner)
    if not info.phase then return { 'war-not-found' } end
    if battle ~= '' then
      local row = redis.call('HGET', owner .. 'battles', battle)
      if not row then return { 'battle-not-found' } end
      if string.match(row, '^%d:%d+:%d+:%d+:v:') then return { 'ok', info.phase, 0 } end
    elseif info.void then return { 'ok', info.phase, 0 } end
    if info.phase ~= 'active' and info.phase ~= 'held' and info.phase ~= 'settled' then return { 'war-phase' } end
    if battle ~= '' then
      redis.call('HSET', owner .. 'battles', battle, (string.gsub(redis.call('HGET', owner .. 'battles', battle), '^(%d:%d+:%d+:%d+):c:', '%1:v:')))
      local player = string.match(redis.call('HGET', owner .. 'battles', battle), '^%d:%d+:%d+:%d+:v:%x*:(.-):[^:]*$')
      local row = argv[2] == '1' and info.phase == 'active' and member_row(owner, player)
      if row and row.used > 0 then
        row.used = row.used - 1
        redis.call('HINCRBY', owner .. 'info', 'used:' .. row.side, -1)
        keep_member(owner, player, row)
      end
      count_anew(owner, info)
      is_full(owner, info)
      look_at_lead(owner, now)
      log_event(owner, { at = now, what = 'void', player = player })
    else
      redis.call('HSET', owner .. 'info', 'void', '1')
    end
    local guild, opponent = guilds_of(owner)
    happened(bucket, battle ~= '' and 'war-battle-voided' or 'war-voiding', { war = id_of(owner), guild = guild, opponent = opponent, battle = battle ~= '' and battle or nil, reason = argv[3] })
    if info.phase ~= 'active' or battle == '' then
      local result = redis.call('GET', owner .. 'result')
      if result then
        redis.call('RPUSH', owner .. 'results', result)
        redis.call('DEL', owner .. 'result')
        redis.call('HINCRBY', owner .. 'info', 'round', 1)
      end
      redis.call('HDEL', owner .. 'info', 'reason', 'again', 'closed')
      -- It does not go while it is corrected.
      for _, part in ipairs(PARTS) do redis.call('PERSIST', owner .. part) end
      set_phase(owner, bucket, 'settling', now)
    end
    changed(owner, bucket, now)
    return { 'ok', phase_of(owner), 1 }
  end)

  -- war_said: an item of the news has been told to both guilds. ARGV: 1 the item as it stands in `news`   Reply: {'ok'}
  command('war_said', function(keys, argv)
    local owner, bucket = keys[1], keys[2]
    if redis.call('LREM', owner .. 'news', 1, argv[1]) == 1 then rearm(owner, bucket, now_ms()) end
    return { 'ok' }
  end)

  -- war_closed: both guilds are free again and know how it ended: it rests. Reply: {'ok'}
  command('war_closed', function(keys)
    local owner, bucket, now = keys[1], keys[2], now_ms()
    local phase = phase_of(owner)
    if not phase or not OVER[phase] then return { 'ok' } end
    redis.call('HSET', owner .. 'info', 'closed', '1')
    redis.call('HDEL', bucket .. 'warversions', id_of(owner))
    for _, part in ipairs(PARTS) do redis.call('PEXPIRE', owner .. part, KEPT_MS) end
    rearm(owner, bucket, now)
    return { 'ok' }
  end)

  -- war_due: what is to be looked at in a bucket now or soon. KEYS[1] is the bucket's prefix.
  -- ARGV: 1 how far ahead (ms), 2 most   Reply: {now (ms), item, when (ms), …}
  command('war_due', function(keys, argv)
    local now = now_ms()
    return { int(now), unpack(redis.call('ZRANGE', keys[1] .. 'wardue', '-inf', int(now + tonumber(argv[1])), 'BYSCORE', 'LIMIT', 0, argv[2], 'WITHSCORES')) }
  end)

  -- war_lease: one process at a time looks at a war.
  -- ARGV: 1 holder, 2 for how long (ms; 0 gives it back)   Reply: {'ok'}   Errors: {'busy'}, {'war-not-found'}
  command('war_lease', function(keys, argv)
    local owner, now = keys[1], now_ms()
    local info = redis.call('HMGET', owner .. 'info', 'phase', 'lease', 'leaseUntil')
    if not info[1] then return { 'war-not-found' } end
    if info[2] and info[2] ~= argv[1] and now < tonumber(info[3]) and tonumber(info[3]) - now < 60000 then return { 'busy' } end
    redis.call('HSET', owner .. 'info', 'lease', argv[1], 'leaseUntil', int(now + tonumber(argv[2])))
    return { 'ok' }
  end)

  -- war_forget: an item that leads nowhere. KEYS[1] is the bucket's prefix. ARGV: 1 item   Reply: {'ok'}
  command('war_forget', function(keys, argv)
    redis.call('ZREM', keys[1] .. 'wardue', argv[1])
    return { 'ok' }
  end)
end
