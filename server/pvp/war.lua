-- A war between two guilds. Its owner key is 'war:<id>'; side 0 has challenged, side 1 was challenged. Parts:
--   info      hash    see below; goes with all other parts some time after the war's end, see war_closed
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

-- What the functions of wars share: those below, and of battles.lua.
local wars

do
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

  wars = { id_of = id_of, fields_of = fields_of, closes_at = closes_at, rearm = rearm, changed = changed, log_event = log_event, say = say, guilds_of = guilds_of, set_phase = set_phase, phase_of = phase_of, HOUR_MS = HOUR_MS, LEAD_MS = LEAD_MS, OVER = OVER, PARTS = PARTS }
end
