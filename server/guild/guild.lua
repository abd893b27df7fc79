-- A guild. Its owner key is 'guild:<id>', which is also its channel (see channel.lua). Further parts:
--   info          hash  name, tag, capacity, createdAt, founding (print of the request that made it), version (rises with every change its state shows),
--                       may:<permission> (see ../channel/permissions.lua), and once they were told motto, language, region, emblem, topics ('a,b');
--                       more in life.lua
--   members       of channel.lua; a record also holds c, the number of the claim (see player.lua) under which he is a member, and i, who had invited him
--   order         sorted set  member -> his place among those the state shows; only there while the guild has more members than are shown
--   left:<player> string  when he may join again (ms), until then
--   fence:<player> string  claims up to this number can no longer make him a member; kept for an hour, longer than any call is on its way
--   profiles      hash  player -> JSON of the profile with its version; kept for people who left
--   contribution  hash  player -> points brought to the guild
--   online        hash  '<player>|<session>' -> process incarnation
--   matches       hash  '<player>|<session>' -> expected end of the match he is in there, in ms; counts while the session is online, and until then
--   seen          hash  member -> when a session of his last began or ended, ms
--   book          hash  balance (see points.lua)

-- Tells the rooms that what the owner's state shows has changed. The message may be lost, so the version also stands in the bucket's hash `versions`
-- (owner -> version), which every process compares with what it has heard.
local function touch(owner)
  local version = redis.call('HINCRBY', owner .. 'info', 'version', 1)
  local bucket, name = parts_of(owner)
  redis.call('HSET', bucket .. 'versions', name, version)
  redis.call('SPUBLISH', owner .. 'feed', 'v' .. version)
end

-- The id of a guild, by its owner key; nil for owners of other kinds.
local function guild_of(owner)
  return string.match(owner, '}:guild:(.+):$')
end

local function put_profile(owner, player, profile, version)
  local stored = redis.call('HGET', owner .. 'profiles', player)
  if stored and cjson.decode(stored).version >= tonumber(version) then return false end
  redis.call('HSET', owner .. 'profiles', player, profile)
  return true
end

local FENCE_MS = 3600000

local function raise_fence(owner, player, claim)
  local fence = tonumber(redis.call('GET', owner .. 'fence:' .. player) or '0')
  redis.call('SET', owner .. 'fence:' .. player, int(math.max(fence, claim)), 'PX', FENCE_MS)
end

local function is_fenced(owner, player, claim)
  return claim <= tonumber(redis.call('GET', owner .. 'fence:' .. player) or '0')
end

-- Members of a guild with more than these are shown in part: leader, officers, then the first by number.
local RANK_ORDER = { leader = 0, officer = 1, member = 2, recruit = 2 }

local function place_of(rank, number)
  return int(RANK_ORDER[rank] * 1e10 + number)
end

local function place(owner, player, rank, number)
  if redis.call('EXISTS', owner .. 'order') == 1 then redis.call('ZADD', owner .. 'order', place_of(rank, number), player) end
end

local function displace(owner, player)
  if redis.call('ZREM', owner .. 'order', player) == 1 and redis.call('ZCARD', owner .. 'order') <= SHOWN_MEMBERS then
    redis.call('DEL', owner .. 'order')
  end
end

-- Writes a member's record and his joining entry. The caller has checked that there is a place and that the claim is not fenced. `via`: {how, by (who let him in,
-- nil: nobody in particular), inviter (nil: nobody)}; nil for a founder and in channels that are no guild's.
local function admit(owner, bucket, channel, player, rank, claim, profile, version, keep, via)
  local number = redis.call('HGET', owner .. 'numbers', player)
  local state = open_channel(owner, bucket, channel)
  if not number then
    number = int(redis.call('HINCRBY', owner .. 'head', 'number', 1))
    redis.call('HSET', owner .. 'numbers', player, number)
    redis.call('HSET', owner .. 'players', number, player)
  end
  local how = ''
  if via then
    local by = via.by and redis.call('HGET', owner .. 'numbers', via.by)
    how = (by and ',"by":' .. by or '') .. ',"how":"' .. via.how .. '"'
  end
  write_entry(owner, bucket, channel, state, { kind = '4', from = '0', body = '{"who":' .. number .. how .. '}', countable = 0, keep = keep })
  redis.call('HSET', owner .. 'members', player, cjson.encode({ n = tonumber(number), rank = rank, at = state.at, c = claim, i = via and via.inviter }))
  redis.call('HINCRBY', owner .. 'head', 'came', 1)
  place(owner, player, rank, number)
  put_profile(owner, player, profile, version)
  set_read(owner, player, state.epoch, state.head, state.count)
  stay_muted(owner, player)
  touch(owner)
  happened(bucket, 'member-joined', { channel = channel, player = player, rank = rank, how = via and via.how, by = via and via.by })
  return number
end

-- guild_create: a new guild with its leader as first member.
-- ARGV: 1 channel, 2 name, 3 tag, 4 capacity, 5 leader, 6 number of his claim, 7 his profile (JSON), 8 its version, 9 print of the request,
--       10 entries to keep, then further fields of info and their values
-- Reply: {'ok', newly (0|1)}; the same request again is {'ok', 0}, whatever happened to the guild since
-- Errors: {'guild-exists'} (also one that has ended), {'fenced'}
command('guild_create', function(keys, argv)
  local owner, bucket, claim = keys[1], keys[2], tonumber(argv[6])
  local founding = redis.call('HGET', owner .. 'info', 'founding') or redis.call('HGET', owner .. 'ended', 'founding')
  if founding == argv[9] then return { 'ok', 0 } end
  if founding then return { 'guild-exists' } end
  if is_fenced(owner, argv[5], claim) then return { 'fenced' } end
  redis.call('HSET', owner .. 'info', 'name', argv[2], 'tag', argv[3], 'capacity', argv[4], 'founding', argv[9], 'createdAt', int(now_ms()), 'version', 0, 'level', 1)
  for index = 11, #argv, 2 do redis.call('HSET', owner .. 'info', argv[index], argv[index + 1]) end
  happened(bucket, 'guild-created', { guild = guild_of(owner), player = argv[5] })
  admit(owner, bucket, argv[1], argv[5], 'leader', claim, argv[7], argv[8], argv[10])
  return { 'ok', 1 }
end)

-- Whether a guild is there and has not begun to end.
local function stands(owner)
  local info = redis.call('HMGET', owner .. 'info', 'name', 'ending')
  return info[1] and not info[2]
end

-- guild_change: other facts about the guild.
-- ARGV: 1 caller, 2 permission it takes, then fields of info and their values
-- Reply: {'ok'}   Errors: {'guild-not-found'}, {'not-member'}, {'not-permitted'}
command('guild_change', function(keys, argv)
  local owner, bucket = keys[1], keys[2]
  if not stands(owner) then return { 'guild-not-found' } end
  local refusal = refused(owner, argv[1], argv[2])
  if refusal then return { refusal } end
  local changed = {}
  for index = 3, #argv, 2 do
    if redis.call('HGET', owner .. 'info', argv[index]) ~= argv[index + 1] then
      redis.call('HSET', owner .. 'info', argv[index], argv[index + 1])
      changed[#changed + 1] = argv[index]
    end
  end
  if #changed == 0 then return { 'ok' } end
  touch(owner)
  audit(owner, { act = 'change', by = argv[1], what = table.concat(changed, ',') })
  happened(bucket, 'guild-changed', { guild = guild_of(owner), by = argv[1] })
  return { 'ok' }
end)

-- guild_admit: a player becomes a member; a member stays what he is.
-- ARGV: 1 channel, 2 player, 3 rank (not leader), 4 number of his claim, 5 profile (JSON), 6 its version, 7 entries to keep
-- Reply: {'ok', number, newly (0|1)}   Errors: {'guild-not-found'}, {'banned', until} (for ever: without), {'guild-full'}, {'fenced'}
command('guild_admit', function(keys, argv)
  local owner, bucket, player, claim = keys[1], keys[2], argv[2], tonumber(argv[4])
  if not stands(owner) then return { 'guild-not-found' } end
  local capacity = redis.call('HGET', owner .. 'info', 'capacity')
  local record = redis.call('HGET', owner .. 'members', player)
  if record then return { 'ok', cjson.decode(record).n, 0 } end
  local banned = ban_refusal(owner, player)
  if banned then return banned end
  if is_fenced(owner, player, claim) then return { 'fenced' } end
  if redis.call('HLEN', owner .. 'members') >= tonumber(capacity) then return { 'guild-full' } end
  return { 'ok', tonumber(admit(owner, bucket, argv[1], player, argv[3], claim, argv[5], argv[6], argv[7], { how = 'backend' })), 1 }
end)

-- guild_fence: makes sure that a claim can no longer lead to membership, so that the player may be claimed by another guild.
-- ARGV: 1 player, 2 number of the claim   Reply: {'ok'}   Errors: {'already-in-guild'} (he is a member)
command('guild_fence', function(keys, argv)
  local owner, player = keys[1], argv[1]
  if redis.call('HEXISTS', owner .. 'members', player) == 1 then return { 'already-in-guild' } end
  raise_fence(owner, player, tonumber(argv[2]))
  return { 'ok' }
end)

-- From now on nobody joins; whoever looks at the bucket's `lifedue` (see life.lua) lets go who is left.
local function begin_end(owner, bucket)
  redis.call('HSET', owner .. 'info', 'ending', '1', 'capacity', '0')
  redis.call('ZADD', bucket .. 'lifedue', int(now_ms()), 'end:guild:' .. guild_of(owner))
end

-- Whom a guild's leaders have picked for wars (see ../pvp/line-up.lua): in a player's place comes another, unless he is picked himself; nil: nobody.
local function pass_pick(owner, player, other)
  local line, picks, is_in = redis.call('GET', owner .. 'warpicks'), {}, {}
  if not line or not string.find(line, cjson.encode(player), 1, true) then return end
  for _, one in ipairs(cjson.decode(line)) do
    if one == player then one = other end
    if one and not is_in[one] then picks[#picks + 1] = one end
    if one then is_in[one] = true end
  end
  if #picks > 0 then redis.call('SET', owner .. 'warpicks', cjson.encode(picks)) else redis.call('DEL', owner .. 'warpicks') end
end
-- What follows in a team from whoever leaves it: see ../team/team-end.lua.
local team_lost

-- Takes a member out: his entry, and all that is kept of him besides his number and profile. A guild without members ends. `by`: number of who kicks him, nil when no member does.
local function dismiss(owner, bucket, channel, player, member, kind, keep, by)
  local state = open_channel(owner, bucket, channel)
  local body = '{"who":' .. int(member.n) .. (by and ',"by":' .. int(by) or '') .. '}'
  write_entry(owner, bucket, channel, state, { kind = kind, from = '0', body = body, countable = 0, keep = keep })
  redis.call('HDEL', owner .. 'members', player)
  redis.call('HINCRBY', owner .. 'head', 'went', 1)
  displace(owner, player)
  redis.call('HDEL', owner .. 'pace', player)
  redis.call('HDEL', owner .. 'read', player)
  redis.call('HDEL', owner .. 'seen', player)
  redis.call('HDEL', owner .. 'warready', player)
  pass_pick(owner, player)
  redis.call('SREM', owner .. 'untold', player)
  redis.call('DEL', owner .. 'calls:' .. int(member.n), owner .. 'calls:' .. int(member.n) .. '+officers')
  touch(owner)
  if guild_of(owner) then
    if redis.call('HLEN', owner .. 'members') == 0 then begin_end(owner, bucket) end
  else
    team_lost(owner, bucket, channel, member, keep)
  end
end

-- guild_remove: a member leaves or is removed. His entry is the last he receives.
-- ARGV: 1 channel, 2 player, 3 kind code ('5' left, '6' kicked), 4 entries to keep, 5 caller: himself, or who may kick and outranks him, 6 why ('' not told),
--       7 for how long he may not join again ('0': he may at once)
-- Reply: {'ok', number of his claim, he was the last (0|1)}
-- Errors: {'guild-not-found'}, {'not-member'}, {'not-permitted'}, {'member-not-found'}, {'last-leader'} (a leader goes last)
command('guild_remove', function(keys, argv)
  local owner, bucket, channel, player = keys[1], keys[2], argv[1], argv[2]
  if redis.call('EXISTS', owner .. 'info') == 0 then return { 'guild-not-found' } end
  local record = redis.call('HGET', owner .. 'members', player)
  local refusal, caller
  if argv[5] ~= player then
    refusal, caller = refused(owner, argv[5], 'kick')
    if not refusal and record and not outranks(caller, cjson.decode(record)) then refusal = 'not-permitted' end
    if refusal then return { refusal } end
  end
  if not record then return { 'member-not-found' } end
  local member = cjson.decode(record)
  if member.rank == 'leader' and redis.call('HLEN', owner .. 'members') > 1 then return { 'last-leader' } end
  dismiss(owner, bucket, channel, player, member, argv[3], argv[4], caller and caller.n)
  raise_fence(owner, player, member.c)
  if tonumber(argv[7]) > 0 then redis.call('SET', owner .. 'left:' .. player, int(now_ms() + tonumber(argv[7])), 'PX', argv[7]) end
  audit_removal(owner, argv[3], argv[5], player, argv[6])
  happened(bucket, argv[3] == '6' and 'member-kicked' or 'member-left', { channel = channel, player = player, by = argv[5], reason = argv[6] })
  return { 'ok', member.c, redis.call('HLEN', owner .. 'members') == 0 and 1 or 0 }
end)

-- guild_profile: the guild's copy of a player's profile, if newer.
-- ARGV: 1 player, 2 profile (JSON), 3 its version
-- Reply: {'ok', his row in members (nil: he is none)}, also for a guild that never knew the player
command('guild_profile', function(keys, argv)
  local owner = keys[1]
  if redis.call('HEXISTS', owner .. 'numbers', argv[1]) == 1 and put_profile(owner, argv[1], argv[2], argv[3]) then touch(owner) end
  return { 'ok', redis.call('HGET', owner .. 'members', argv[1]) }
end)

-- guild_online: a session of a member began, changed, or ended.
-- ARGV: 1 player, 2 session, 3 process incarnation ('' ended), 4 expected end of the match he is in there, in ms (none or '0': he is in none)
-- Reply: {'ok'}, also of a guild that has ended meanwhile
command('guild_online', function(keys, argv)
  local owner, player, field, now = keys[1], argv[1], argv[1] .. '|' .. argv[2], now_ms()
  if redis.call('EXISTS', owner .. 'info') == 0 then return { 'ok' } end
  local changed
  if argv[3] == '' then changed = redis.call('HDEL', owner .. 'online', field) else changed = redis.call('HSET', owner .. 'online', field, argv[3]) end
  if redis.call('HEXISTS', owner .. 'members', player) == 1 then redis.call('HSET', owner .. 'seen', player, int(now)) end
  local matches, ends = owner .. 'matches', tonumber(argv[4] or '0')
  if argv[3] ~= '' and ends > now then
    if redis.call('HGET', matches, field) ~= int(ends) then changed = 1 end
    local all, last = redis.call('HGETALL', matches), ends
    for index = 1, #all, 2 do
      if tonumber(all[index + 1]) <= now then redis.call('HDEL', matches, all[index]) else last = math.max(last, tonumber(all[index + 1])) end
    end
    redis.call('HSET', matches, field, int(ends))
    redis.call('PEXPIREAT', matches, int(last))
  elseif redis.call('HDEL', matches, field) == 1 then
    changed = 1
  end
  if changed == 1 then touch(owner) end
  return { 'ok' }
end)
