-- What goes with a guest who is linked besides his membership and points (see link.lua). Parts:
--   been        zset  of a player: channels he left or is banned from -> when, ms, of bans a hundred years later; the last 50: something may stand
--                     against him there
--   blockedby   hash  of a player: who has blocked him -> '1'
--   guesttaken  hash  of an account: '<guest>|<item>' -> orders of his that `bought` counts; '<guest>' -> '1': what he has earned is counted

-- player_been: a player has been banned from a channel. KEYS are the player's.
-- ARGV: 1 channel   Reply: {'ok', the account he has become ('' none)}
command('player_been', function(keys, argv)
  note_been(keys[1], argv[1], true)
  return { 'ok', redis.call('HGET', keys[1] .. 'profile', 'to') or '' }
end)

-- Moves a field of a hash from one player to another, unless the other has one.
local function pass_on(key, from, to)
  local value = redis.call('HGET', key, from)
  if not value then return end
  redis.call('HSETNX', key, to, value)
  redis.call('HDEL', key, from)
end

-- link_left: what is a guest's own: his standing in the whole game, whom he has blocked and who him, his requests and invitations, preferences, packs, reports, circles and
-- guilds he founded, orders that limits count, where he has been, and what he was told by push and in digests. KEYS are the guest's.
-- Reply: {'ok', part, field, value, …}
command('link_left', function(keys)
  local owner, reply = keys[1], { 'ok' }
  local function add(part, all)
    for index = 1, #all, 2 do
      for _, cell in ipairs({ part, all[index], all[index + 1] }) do reply[#reply + 1] = cell end
    end
  end
  for _, part in ipairs({ 'standing', 'blocks', 'blockedby', 'doors', 'reportnonces', 'bought', 'told', 'bursts', 'screen', 'clearing', 'pushing', 'digested' }) do add(part, redis.call('HGETALL', owner .. part)) end
  for _, part in ipairs({ 'founded', 'guildsfounded', 'reports', 'been', 'pushed', 'digests', 'owed' }) do add(part, redis.call('ZRANGE', owner .. part, 0, -1, 'WITHSCORES')) end
  for _, part in ipairs({ 'preferences', 'packs' }) do
    local value = redis.call('GET', owner .. part)
    if value then add(part, { '', value }) end
  end
  return reply
end)

do
  -- Longer than anybody looks for circles and guilds he founded, or for nonces of reports.
  local FOUNDED_MS, NONCES_MS = 31 * 86400000, 2 * 86400000

  -- Whether a ban or mute in the whole game is in force and ends later than another (nil: there is none).
  local function lasts_longer(sanction, other, now)
    local til = cjson.decode(sanction)['until']
    if til ~= 0 and til <= now then return false end
    if not other then return true end
    local stands = cjson.decode(other)['until']
    return stands ~= 0 and (til == 0 or til > stands)
  end

  -- Who is a minor as either of the two is one; what the game says of the account later counts. Returns whether that is new.
  local function take_minor(owner, value)
    local is, at = string.match(value, '^(%d) (%d+)$')
    local own, own_at = string.match(redis.call('HGET', owner .. 'standing', 'minor') or '', '^(%d) (%d+)$')
    if own and (is == own or is == '0') then return false end
    redis.call('HSET', owner .. 'standing', 'minor', is .. ' ' .. int(math.max(tonumber(at), tonumber(own_at or '0'))))
    return is == '1'
  end

  local function take_packs(owner, value)
    local has, all = {}, {}
    for _, list in ipairs({ redis.call('GET', owner .. 'packs') or '[]', value }) do
      for _, pack in ipairs(cjson.decode(list)) do
        if not has[pack] then all[#all + 1] = pack end
        has[pack] = true
      end
    end
    if #all > 0 then redis.call('SET', owner .. 'packs', cjson.encode(all)) end
  end

  -- What was bought as the guest counts for the account's limits. A guest buys no more; a refund makes it less, so of two readings the lesser is the newer.
  local function count_bought(owner, guest, item, value)
    if item == '#' then return end
    local field, count = guest .. '|' .. item, math.max(0, tonumber(value))
    local known = redis.call('HGET', owner .. 'guesttaken', field)
    if known and tonumber(known) <= count then return end
    redis.call('HSET', owner .. 'guesttaken', field, int(count))
    redis.call('HINCRBY', owner .. 'bought', item, int(count - tonumber(known or '0')))
  end

  -- What is kept of pushes and digests goes by itself.
  local PUSHES_MS = { told = 3 * 86400000, bursts = 3 * 86400000, screen = 3 * 86400000, clearing = 3 * 86400000, pushing = 3 * 86400000, pushed = 3 * 86400000,
    digested = 90 * 86400000, digests = 86400000, owed = 7 * 86400000 }

  -- link_take: the account takes that over, once, so that what is changed later stays. What it has itself stays, but for the longer ban or mute. KEYS are the account's.
  -- ARGV: 1 account, 2 guest, then part, field and value of each   Reply: {'ok'}
  command('link_take', function(keys, argv)
    local owner, bucket, account, guest, is_stricter, now = keys[1], keys[2], argv[1], argv[2], false, now_ms()
    local row = redis.call('HGET', owner .. 'guests', guest)
    local is_first = not row or string.sub(row, 1, 4) == 'open'
    for index = 3, #argv, 3 do
      local part, field, value = argv[index], argv[index + 1], argv[index + 2]
      local key = owner .. part
      if part == 'bought' then count_bought(owner, guest, field, value)
      elseif not is_first then -- Taken before.
      elseif part == 'packs' then take_packs(owner, value)
      elseif part == 'preferences' then redis.call('SETNX', key, value)
      elseif part == 'pushing' then redis.call('HSET', key, field, int(math.max(tonumber(redis.call('HGET', key, field) or '0'), tonumber(value))))
      elseif part == 'founded' or part == 'guildsfounded' or part == 'reports' or part == 'been' or part == 'pushed' or part == 'digests' or part == 'owed' then redis.call('ZADD', key, 'NX', value, field)
      elseif part ~= 'standing' then
        if field ~= account then redis.call('HSETNX', key, field, value) end
      elseif field == 'minor' then is_stricter = take_minor(owner, value) or is_stricter
      elseif (field == 'banned' or field == 'muted') and lasts_longer(value, redis.call('HGET', key, field), now) then
        local sanction = cjson.decode(value)
        redis.call('HSET', key, field, value)
        audit(owner, { act = field == 'banned' and 'game-ban' or 'game-mute', by = '', whom = account, why = sanction.reason, ['until'] = sanction['until'] })
        is_stricter = true
      end
    end
    if is_first then
      for _, part in ipairs({ 'founded', 'guildsfounded' }) do redis.call('PEXPIRE', owner .. part, FOUNDED_MS, 'NX') end
      redis.call('PEXPIRE', owner .. 'reportnonces', NONCES_MS, 'NX')
      for part, ms in pairs(PUSHES_MS) do redis.call('PEXPIRE', owner .. part, ms, 'NX') end
      if redis.call('EXISTS', owner .. 'clearing') == 1 then redis.call('ZADD', bucket .. 'due', 'LT', int(now), 'clear:' .. account) end
      redis.call('HSET', owner .. 'guests', guest, 'taken ' .. int(now))
    end
    if is_stricter then
      redis.call('INCR', bucket .. 'standings')
      redis.call('SPUBLISH', bucket .. 'personal', cjson.encode({ account, { type = 'standing' } }))
    end
    return { 'ok' }
  end)

  -- link_earned: what the guest has earned so far counts for the account's limits, once. KEYS are the account's.
  -- ARGV: 1 guest, 2 account, 3 version of the counters they were added to, 4 counters as they will be ('' none), 5 how long they are kept (ms; '' for ever),
  --       6 how long ties are kept (ms), then week, field and value of each of his ties
  -- Reply: {'ok'}; {'ok', 'stale', counters (nil: none)}
  command('link_earned', function(keys, argv)
    local owner, guest, account = keys[1], argv[1], argv[2]
    if redis.call('HEXISTS', owner .. 'guesttaken', guest) == 1 then return { 'ok' } end
    local counters = redis.call('GET', owner .. 'earning')
    local version = counters and string.match(counters, '^{"v":(%d+),') or '0'
    if version ~= argv[3] then return { 'ok', 'stale', counters } end
    redis.call('HSET', owner .. 'guesttaken', guest, '1')
    if argv[4] ~= '' then
      if argv[5] == '' then redis.call('SET', owner .. 'earning', argv[4]) else redis.call('SET', owner .. 'earning', argv[4], 'PX', argv[5]) end
    end
    for index = 7, #argv, 3 do
      local key, field = owner .. 'ties:' .. argv[index], argv[index + 1]
      local rule, other = string.match(field, '^p:([^|]+)|(.+)$')
      if string.sub(field, 1, 2) == 'x:' then redis.call('HSETNX', key, field, '1')
      elseif rule and other ~= account then
        if redis.call('HEXISTS', key, field) == 0 then redis.call('HINCRBY', key, 'n:' .. rule, 1) end
        redis.call('HINCRBY', key, field, argv[index + 2])
      end
      redis.call('PEXPIRE', key, argv[6], 'NX')
    end
    return { 'ok' }
  end)
end

-- link_blocked: who has blocked the guest has blocked the account. KEYS are those of who has blocked him.
-- ARGV: 1 who has blocked him, 2 guest, 3 account   Reply: {'ok'}
command('link_blocked', function(keys, argv)
  local blocks = keys[1] .. 'blocks'
  local since = redis.call('HGET', blocks, argv[2])
  if since and argv[1] ~= argv[3] and redis.call('HSETNX', blocks, argv[3], since) == 1 then
    redis.call('SPUBLISH', keys[2] .. 'personal', cjson.encode({ argv[1], { type = 'block', player = argv[3], on = true } }))
  end
  redis.call('HDEL', blocks, argv[2])
  return { 'ok' }
end)

-- link_report: what a guest has reported the account has reported. KEYS are the channel's.
-- ARGV: 1 id of the case, 2 guest, 3 account   Reply: {'ok'}
command('link_report', function(keys, argv)
  local key = keys[1] .. 'case:' .. argv[1]
  if redis.call('EXISTS', key) == 1 then pass_on(key, 'by:' .. argv[2], 'by:' .. argv[3]) end
  return { 'ok' }
end)

-- He may not write until the later of two times.
local function mute_longer(owner, player, til)
  if not til then return end
  local record = redis.call('HGET', owner .. 'members', player)
  local member = record and cjson.decode(record)
  if tonumber(redis.call('HGET', owner .. 'mutes', player) or '0') < til then redis.call('HSET', owner .. 'mutes', player, int(til)) end
  if member and (member.mutedUntil or 0) < til then
    member.mutedUntil = til
    redis.call('HSET', owner .. 'members', player, cjson.encode(member))
  end
end

-- What is counted of a guest by the guild is counted of the account: what he brought, what he bought for it, invitations of the day. From then on `linked` says who he is.
local function pass_counted(owner, guest, account)
  local season = redis.call('HGET', owner .. 'book', 'season')
  for _, part in ipairs(season and { 'contribution', 'contribution:' .. season } or { 'contribution' }) do
    local brought = redis.call('HGET', owner .. part, guest)
    if brought then
      redis.call('HINCRBY', owner .. part, account, brought)
      redis.call('HDEL', owner .. part, guest)
    end
  end
  for _, field in ipairs(redis.call('HKEYS', owner .. 'bought')) do
    local item, by = string.match(field, '^([^|]+)|(.+)$')
    if by == guest then
      redis.call('HINCRBY', owner .. 'bought', item .. '|' .. account, redis.call('HGET', owner .. 'bought', field))
      redis.call('HDEL', owner .. 'bought', field)
    end
  end
  local inviting = redis.call('GET', owner .. 'inviting:' .. guest)
  if inviting then
    local own, from = owner .. 'inviting:' .. account, owner .. 'inviting:' .. guest
    local ends = math.max(redis.call('PTTL', own), redis.call('PTTL', from), 1)
    redis.call('INCRBY', own, inviting)
    redis.call('PEXPIRE', own, ends)
    redis.call('DEL', from)
  end
  if string.find(owner, '}:guild:', 1, true) then redis.call('HSET', owner .. 'linked', guest, account) end
end

-- Who has taken a share of a gift under one number takes none under another.
local function pass_shares(owner, bucket, from, to)
  local _, name = parts_of(owner)
  if from == to then return end
  for _, field in ipairs(redis.call('ZRANGE', bucket .. 'giftends', 0, -1)) do
    if string.sub(field, 1, #name + 1) == name .. ' ' then
      local gift = redis.call('GET', owner .. 'gift:' .. string.sub(field, #name + 2))
      local acted = gift and owner .. 'acted:' .. cjson.decode(gift).seq
      local taken = acted and redis.call('HGET', acted, from)
      if taken then redis.call('HSETNX', acted, to, taken) end
    end
  end
end

-- link_former: what stands against a guest, or is counted of him, in a channel in which he is not any more, is so for the account: the longer ban, mute and wait. An account
-- that is a member stays one. KEYS are the channel's.
-- ARGV: 1 guest, 2 account   Reply: {'ok'}
command('link_former', function(keys, argv)
  local owner, guest, account = keys[1], argv[1], argv[2]
  if missing_channel(owner) or redis.call('HEXISTS', owner .. 'members', guest) == 1 then return { 'ok' } end
  if ban_refusal(owner, guest) then
    local theirs, own = redis.call('HGET', owner .. 'bans', guest), ban_refusal(owner, account) and redis.call('HGET', owner .. 'bans', account)
    local ends, stands = cjson.decode(theirs).ends or math.huge, own and (cjson.decode(own).ends or math.huge) or 0
    if ends > stands then redis.call('HSET', owner .. 'bans', account, theirs) end
    redis.call('HDEL', owner .. 'bans', guest)
  end
  local muted = tonumber(redis.call('HGET', owner .. 'mutes', guest) or '')
  redis.call('HDEL', owner .. 'mutes', guest)
  mute_longer(owner, account, muted)
  local from, own = owner .. 'left:' .. guest, owner .. 'left:' .. account
  if redis.call('PTTL', from) > redis.call('PTTL', own) then redis.call('SET', own, redis.call('GET', from), 'PX', redis.call('PTTL', from)) end
  redis.call('DEL', from)
  if redis.call('HEXISTS', owner .. 'numbers', guest) == 1 then pass_counted(owner, guest, account) end
  return { 'ok' }
end)

