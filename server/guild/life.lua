-- The life of a guild: its level, its end, who follows an absent leader, and what its leaders are told at the desk. Further parts of a guild:
--   info      level; disbandsAt (end of its grace, ms); disbandsFrom (since when that is counted, ms); ending ('1': nobody joins any more and members are being let go); reserved (set: it cannot be disbanded)
--   book      goal (total of what ever came in at which the next level begins)
--   letgo     hash        player -> number of his claim: let go by the end, and the claim not yet known to be given up
--   ended     hash        at, name, tag, founding, points: what stays of a guild that ended, besides its book. Its id is not used again
-- and of the bucket: lifedue  sorted set  'level:<owner>' or 'end:<owner>' -> when it is to be looked at, ms
--                    lifeclock  hash  at (when the bucket was looked at last, ms), gaps ('<when (ms)>:<how long, ms>,' of the newest)

-- What is to be settled when a guild ends, while it is still there: functions of (owner, bucket, now (ms)), none of which can fail.
local AT_END = {}

local function level_due(owner, now)
  local bucket, name = string.match(owner, '^(.*{b%d+}:)(.+):$')
  redis.call('ZADD', bucket .. 'lifedue', 'NX', int(now), 'level:' .. name)
end

do
  -- Of a member's record as it is stored: reading all of 5,000 would take 5 ms.
  local function is_leader(record)
    return string.find(record, '"rank":"leader"', 1, true) ~= nil
  end

  -- News of the system by a template; `urgent`: absent members are pushed it.
  local function tell(owner, bucket, channel, state, keep, template, params, urgent)
    local body = cjson.encode({ template = template, params = params })
    write_entry(owner, bucket, channel, state, { kind = '3', from = '0', body = body, countable = 1, keep = keep })
    mark_news(owner, bucket, channel, state)
    if urgent then
      to_outbox(bucket, '{"type":"notice","about":"announcement","channel":' .. cjson.encode(channel) .. ',"epoch":' .. int(state.epoch) .. ',"seq":' .. int(state.head)
        .. ',"at":' .. int(state.at) .. ',"from":0,"author":"","kind":3,"body":' .. body .. '}')
    end
  end

  -- Whoever is away, and whoever may still take an end back, is given time in which he could have come. A bucket is looked at every minute; where nobody did for
  -- longer than this, the clock has been moved, or the service was not there: that time is not counted.
  local GAP_MS = 600000
  local MOST_GAPS = 8
  -- It is noted this often only, which costs a write a second.
  local NOTED_MS = 240000

  -- Looks at the clock of a bucket. Returns its gaps, as `lost_since` wants them.
  local function gaps_of(bucket, now)
    local stored = redis.call('HMGET', bucket .. 'lifeclock', 'at', 'gaps')
    local at, gaps = tonumber(stored[1] or now), stored[2] or ''
    if now - at > GAP_MS then
      gaps = gaps .. int(now) .. ':' .. int(now - at) .. ','
      while select(2, string.gsub(gaps, ',', '')) > MOST_GAPS do gaps = string.gsub(gaps, '^[^,]*,', '') end
      redis.call('HSET', bucket .. 'lifeclock', 'gaps', gaps)
    end
    if not stored[1] or now < at or now - at > NOTED_MS then redis.call('HSET', bucket .. 'lifeclock', 'at', int(now)) end
    return gaps
  end

  -- How much of the time since a moment is not counted, ms.
  local function lost_since(gaps, since)
    local lost = 0
    for ended, length in string.gmatch(gaps, '(%d+):(%d+),') do lost = lost + math.max(0, math.min(tonumber(length), tonumber(ended) - since)) end
    return lost
  end

  -- life_due: what is to be looked at in a bucket. KEYS[1] is the bucket's prefix.
  -- ARGV: 1 most   Reply: items
  command('life_due', function(keys, argv)
    gaps_of(keys[1], now_ms())
    return redis.call('ZRANGE', keys[1] .. 'lifedue', '-inf', int(now_ms()), 'BYSCORE', 'LIMIT', 0, argv[1])
  end)

  local NO_GOAL = '9007199254740992'

  -- guild_level: raises a guild to the level its points have reached. Each level is told once: the news, the event and the level are written together. A level once
  -- reached stays, also when points are taken back.
  -- ARGV: 1 channel, 2 totals at which levels begin, from the second on ('1000,3000', rising), 3 entries to keep
  -- Reply: {'ok', level}   Errors: {'guild-not-found'}
  command('guild_level', function(keys, argv)
    local owner, bucket, channel = keys[1], keys[2], argv[1]
    redis.call('ZREM', bucket .. 'lifedue', 'level:' .. channel)
    if redis.call('HEXISTS', owner .. 'info', 'name') == 0 then return { 'guild-not-found' } end
    local earned = tonumber(redis.call('HGET', owner .. 'book', 'earned') or '0')
    local level, goal = 1, NO_GOAL
    for total in string.gmatch(argv[2], '%d+') do
      if tonumber(total) > earned then
        goal = total
        break
      end
      level = level + 1
    end
    redis.call('HSET', owner .. 'book', 'goal', goal)
    -- A guild of a release without levels is told only the one it has reached.
    local from = tonumber(redis.call('HGET', owner .. 'info', 'level') or math.max(1, level - 1))
    if level <= from then return { 'ok', from } end
    local state = open_channel(owner, bucket, channel)
    for reached = from + 1, level do
      tell(owner, bucket, channel, state, argv[3], 'guild-level-up', { level = int(reached) })
      happened(bucket, 'level-up', { guild = guild_of(owner), level = reached })
    end
    redis.call('HSET', owner .. 'info', 'level', int(level))
    touch(owner)
    return { 'ok', level }
  end)

  -- guild_disband: announces the end. It comes when the grace is over, unless it is taken back. Asked again it changes nothing.
  -- ARGV: 1 channel, 2 caller (the leader or the backend), 3 grace in ms, 4 entries to keep
  -- Reply: {'ok', when it ends}   Errors: {'guild-not-found'}, {'not-member'}, {'not-permitted'}, {'guild-reserved'}
  command('guild_disband', function(keys, argv)
    local owner, bucket, channel, now = keys[1], keys[2], argv[1], now_ms()
    local refusal = refused_to_all_but_leader(owner, argv[2])
    if refusal then return { refusal } end
    local ends = tonumber(redis.call('HGET', owner .. 'info', 'disbandsAt') or '0')
    if ends > 0 then return { 'ok', ends } end
    if redis.call('HEXISTS', owner .. 'info', 'reserved') == 1 then return { 'guild-reserved' } end
    ends = now + tonumber(argv[3])
    gaps_of(bucket, now)
    redis.call('HSET', owner .. 'info', 'disbandsAt', int(ends), 'disbandsFrom', int(now))
    redis.call('ZADD', bucket .. 'lifedue', int(ends), 'end:' .. channel)
    tell(owner, bucket, channel, open_channel(owner, bucket, channel), argv[4], 'guild-disbanding', { hours = int(math.ceil(tonumber(argv[3]) / 3600000)) }, true)
    touch(owner)
    audit(owner, { act = 'disband', by = argv[2] })
    happened(bucket, 'guild-disbanding', { guild = guild_of(owner), by = argv[2], ends = ends })
    return { 'ok', ends }
  end)

  -- guild_keep: takes the announced end back, as long as it has not begun.
  -- ARGV: 1 channel, 2 caller (the leader or the backend), 3 entries to keep
  -- Reply: {'ok'}, also when no end was announced   Errors: {'guild-not-found'}, {'not-member'}, {'not-permitted'}
  command('guild_keep', function(keys, argv)
    local owner, bucket, channel = keys[1], keys[2], argv[1]
    local refusal = refused_to_all_but_leader(owner, argv[2])
    if refusal then return { refusal } end
    if redis.call('HDEL', owner .. 'info', 'disbandsAt') == 0 then return { 'ok' } end
    redis.call('HDEL', owner .. 'info', 'disbandsFrom')
    redis.call('ZREM', bucket .. 'lifedue', 'end:' .. channel)
    tell(owner, bucket, channel, open_channel(owner, bucket, channel), argv[3], 'guild-kept', { name = redis.call('HGET', owner .. 'info', 'name') })
    touch(owner)
    audit(owner, { act = 'keep', by = argv[2] })
    happened(bucket, 'guild-kept', { guild = guild_of(owner), by = argv[2] })
    return { 'ok' }
  end)

  -- How long what rooms still read of a guild that ended is kept, ms.
  local REST_MS = 3600000
  local RESTS = { 'log', 'numbers', 'players', 'profiles' }
  -- What lies beside the log goes with it, see ../channel/sweep.lua; book, contributions, orders, seasons, audit and reports stay.
  local GONE = { 'info', 'members', 'letgo', 'online', 'matches', 'acting', 'seen', 'read', 'untold', 'pace', 'pins', 'mails', 'mailorder', 'order', 'bans', 'mutes', 'requests', 'invited', 'codes', 'imported', 'weeks', 'warready', 'warpicks', 'war',
    'warasks', 'warasked', 'warpast', 'warfates', 'wartold', 'parties' }

  local function bury(owner, bucket, channel, now)
    local info = redis.call('HMGET', owner .. 'info', 'name', 'tag', 'founding')
    for _, settle in ipairs(AT_END) do settle(owner, bucket, now) end
    local points = redis.call('HGET', owner .. 'book', 'balance') or '0'
    redis.call('HSET', owner .. 'ended', 'at', int(now), 'name', info[1], 'tag', info[2] or '', 'founding', info[3] or '', 'points', points)
    for _, id in ipairs(redis.call('ZRANGE', owner .. 'mailorder', 0, -1)) do drop_mail(owner, id) end
    for _, part in ipairs(GONE) do redis.call('UNLINK', owner .. part) end
    for _, part in ipairs(RESTS) do redis.call('PEXPIRE', owner .. part, REST_MS) end
    redis.call('PEXPIRE', owner .. 'audit', AUDIT_MS)
    redis.call('HDEL', bucket .. 'versions', channel)
    redis.call('ZREM', bucket .. 'lifedue', 'end:' .. channel, 'level:' .. channel)
    happened(bucket, 'guild-disbanded', { guild = guild_of(owner), name = info[1], tag = info[2] or '', points = points })
  end

  -- guild_let_go: a piece of a guild's end. Lets go some members, the leader last, each with his entry and his event; when none is left and all claims are known to be
  -- given up, the guild is gone: what stays is its book and `ended`. Called again and again, by whoever, until it says so.
  -- ARGV: 1 channel, 2 most members, 3 entries to keep, then players whose claims have been given up
  -- Reply: {'ok', 1 gone | 0, {player, number of his claim, …} whose claims are to be given up}
  -- Errors: {'guild-reserved'} (it is looked at again in a minute), {'guild-kept'} (its end was taken back, or is not due)
  command('guild_let_go', function(keys, argv)
    local owner, bucket, channel, now = keys[1], keys[2], argv[1], now_ms()
    local info = redis.call('HMGET', owner .. 'info', 'name', 'disbandsAt', 'ending', 'reserved', 'disbandsFrom')
    if not info[1] then
      redis.call('ZREM', bucket .. 'lifedue', 'end:' .. channel)
      return { 'ok', 1, {} }
    end
    if not info[3] then
      if not info[2] or tonumber(info[2]) > now then return { 'guild-kept' } end
      local lost = lost_since(gaps_of(bucket, now), tonumber(info[5] or now))
      if lost > 0 then
        local ends = int(tonumber(info[2]) + lost)
        redis.call('HSET', owner .. 'info', 'disbandsAt', ends, 'disbandsFrom', int(now))
        redis.call('ZADD', bucket .. 'lifedue', ends, 'end:' .. channel)
        touch(owner)
        return { 'guild-kept' }
      end
      if info[4] then
        redis.call('ZADD', bucket .. 'lifedue', int(now + 60000), 'end:' .. channel)
        return { 'guild-reserved' }
      end
      begin_end(owner, bucket)
    end
    for index = 4, #argv do redis.call('HDEL', owner .. 'letgo', argv[index]) end
    if redis.call('HLEN', owner .. 'letgo') == 0 then
      -- Some at random, one more than are let go: the leader may be among them, who stays as long as there are others.
      local some, most, chosen = redis.call('HRANDFIELD', owner .. 'members', tonumber(argv[2]) + 1, 'WITHVALUES'), tonumber(argv[2]), {}
      for index = 1, #some, 2 do
        if #chosen < most and (#some == 2 or not is_leader(some[index + 1])) then chosen[#chosen + 1] = { some[index], cjson.decode(some[index + 1]) } end
      end
      table.sort(chosen, function(a, b) return a[2].n < b[2].n end)
      for _, one in ipairs(chosen) do
        dismiss(owner, bucket, channel, one[1], one[2], '5', argv[3])
        raise_fence(owner, one[1], one[2].c)
        redis.call('HSET', owner .. 'letgo', one[1], int(one[2].c))
        happened(bucket, 'member-left', { channel = channel, player = one[1], by = '', reason = 'disbanded' })
      end
      if #chosen == 0 then
        bury(owner, bucket, channel, now)
        return { 'ok', 1, {} }
      end
    end
    return { 'ok', 0, redis.call('HGETALL', owner .. 'letgo') }
  end)

  -- The sessions of members by player: true, when one is open in a process not listed as dead.
  local function players_online(owner, dead)
    local online, open = redis.call('HGETALL', owner .. 'online'), {}
    for index = 1, #online, 2 do
      if not dead[online[index + 1]] then open[string.match(online[index], '^(.*)|')] = true end
    end
    return open
  end

  local SUCCESSION = { officer = 3, member = 2, recruit = 1 }

  -- guild_succeed: a member takes the place of a leader who was not seen for long. He is the one of highest rank, and of those the longest a member, among those who
  -- were seen meanwhile (whoever asks is one of them).
  -- ARGV: 1 channel, 2 caller, 3 how long the leader must have been away, ms, 4 entries to keep, then incarnations of dead processes
  -- Reply: {'ok', newly (0|1)}
  -- Errors: {'guild-not-found'}, {'not-member'}, {'leader-present', when he may be asked about again}, {'not-successor'}
  command('guild_succeed', function(keys, argv)
    local owner, bucket, channel, caller, absent, now = keys[1], keys[2], argv[1], argv[2], tonumber(argv[3]), now_ms()
    if redis.call('HEXISTS', owner .. 'info', 'name') == 0 or redis.call('HEXISTS', owner .. 'info', 'ending') == 1 then return { 'guild-not-found' } end
    local record = redis.call('HGET', owner .. 'members', caller)
    if not record then return { 'not-member' } end
    local own = cjson.decode(record)
    if own.rank == 'leader' then return { 'ok', 0 } end
    local dead = {}
    for index = 5, #argv do dead[argv[index]] = true end
    local open, seen_at = players_online(owner, dead), {}
    local seen, members = redis.call('HGETALL', owner .. 'seen'), redis.call('HGETALL', owner .. 'members')
    for index = 1, #seen, 2 do seen_at[seen[index]] = tonumber(seen[index + 1]) end
    local gaps = gaps_of(bucket, now)
    local leader, first
    for index = 1, #members, 2 do
      local player, member = members[index], cjson.decode(members[index + 1])
      local last = math.max(seen_at[player] or 0, member.at)
      last = open[player] and now or last + lost_since(gaps, last)
      if member.rank == 'leader' then
        if last + absent > now then return { 'leader-present', last + absent } end
        leader = { player, member }
      elseif player == caller or last + absent > now then
        local higher = first and SUCCESSION[member.rank] - SUCCESSION[first[2].rank] or 1
        if higher > 0 or (higher == 0 and (member.at < first[2].at or (member.at == first[2].at and member.n < first[2].n))) then first = { player, member } end
      end
    end
    if first[1] ~= caller then return { 'not-successor' } end
    local state = open_channel(owner, bucket, channel)
    if leader then
      set_rank(owner, bucket, channel, state, leader[1], leader[2], 'officer', argv[4])
      happened(bucket, 'rank-changed', { channel = channel, player = leader[1], from = 'leader', rank = 'officer', by = caller })
    end
    local from = own.rank
    set_rank(owner, bucket, channel, state, caller, own, 'leader', argv[4])
    -- Who asked was here: nobody follows him at once for not having been seen before.
    redis.call('HSET', owner .. 'seen', caller, int(now))
    touch(owner)
    audit(owner, { act = 'succeed', by = caller, whom = leader and leader[1] })
    happened(bucket, 'rank-changed', { channel = channel, player = caller, from = from, rank = 'leader', by = caller, reason = 'succession' })
    return { 'ok', 1 }
  end)

  -- guild_incarnations: the processes that are said to hold sessions of the guild's members.
  -- Reply: {'ok', incarnations (some more than once)}
  command('guild_incarnations', function(keys)
    return { 'ok', redis.call('HVALS', keys[1] .. 'online') }
  end)

  -- guild_desk: what its leaders are told about a guild, besides its log.
  -- ARGV: 1 caller   Reply: {'ok', info, members, seen, online, profile of the leader ('' none), points that ever came in, when each request that
  --        waits was made (ms)}, hashes as flat lists
  -- Errors: {'guild-not-found'}, {'not-member'}, {'not-permitted'}
  command('guild_desk', function(keys, argv)
    local owner = keys[1]
    if redis.call('HEXISTS', owner .. 'info', 'name') == 0 then return { 'guild-not-found' } end
    local refusal = refused(owner, argv[1], 'desk')
    if refusal then return { refusal } end
    local members, profile = redis.call('HGETALL', owner .. 'members'), ''
    for index = 1, #members, 2 do
      if is_leader(members[index + 1]) then profile = redis.call('HGET', owner .. 'profiles', members[index]) or '' end
    end
    return { 'ok', redis.call('HGETALL', owner .. 'info'), members, redis.call('HGETALL', owner .. 'seen'), redis.call('HGETALL', owner .. 'online'), profile,
      redis.call('HGET', owner .. 'book', 'earned') or '0', requests_since(owner, now_ms()) }
  end)
end
