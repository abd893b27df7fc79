-- A player. His owner key is 'player:<id>'. Parts:
--   profile      hash    d (JSON of the profile with its version), version, at (when it was last changed)
--   claim        hash    guild (that has him or is about to; absent when he is free), number (of the last claim, rises for ever)
--   devices, fenced:<hash of a target>   see device.lua
--   preferences  string  JSON
--   packs        string  JSON: packs of stickers he owns by the API
--   presence, awaited, badge  see ../presence/presence.lua
--   book, entries, key:P  see points.lua;   been, guests and what belongs to them: see ../link/link.lua

do
  local function is_awaited(owner) return redis.call('EXISTS', owner .. 'awaited') == 1 end

  -- What waits for the player is judged again, now: by what he wants, or where he is, since. See ../presence/presence.lua and, of digests, ../notifier/due.lua.
  local function look_again(owner, bucket)
    local _, name = parts_of(owner)
    local due, now, player = bucket .. 'due', int(now_ms()), string.sub(name, #'player:' + 1)
    if is_awaited(owner) then redis.call('ZADD', due, 'LT', now, 'match:' .. player) end
    redis.call('ZADD', due, 'XX', 'LT', now, 'digest:' .. player, now, 'unsnooze:' .. player)
  end

  -- What is about to be told him is decided anew. When it was is kept for a while: see ../notifier/quiet-watch.ts.
  local function changed_his_mind(owner)
    screens.anew(owner)
    redis.call('HSET', owner .. 'pushing', 'changed', int(now_ms()))
  end

  local function moves(old, new)
    old, new = cjson.decode(old), cjson.decode(new)
    return old.zone ~= new.zone or old.locale ~= new.locale
  end

  -- player_profile: stores a profile if nobody changed it meanwhile. Where its zone or language is another, what waits for him is looked at, and what is about to be told him decided anew.
  -- ARGV: 1 version it was made from (0: none), 2 profile (JSON; its version is one higher), or '' when only the time changes,
  --       3 when, in ms; '' now
  -- Reply: {'ok'}   Errors: {'conflict'}
  command('player_profile', function(keys, argv)
    local owner = keys[1]
    local stored = redis.call('HMGET', owner .. 'profile', 'version', 'at', 'd')
    if (stored[1] or '0') ~= argv[1] then return { 'conflict' } end
    local has_moved = argv[2] ~= '' and stored[3] and moves(stored[3], argv[2])
    local at = argv[3] == '' and now_ms() or tonumber(argv[3])
    redis.call('HSET', owner .. 'profile', 'at', int(math.max(at, tonumber(stored[2] or '0'))))
    if argv[2] ~= '' then redis.call('HSET', owner .. 'profile', 'd', argv[2], 'version', int(tonumber(argv[1]) + 1)) end
    if has_moved then
      changed_his_mind(owner)
      look_again(owner, keys[2])
    end
    return { 'ok' }
  end)

  -- player_preferences_read: a player's preferences, to change them.   Reply: {'ok', JSON, Redis' time (ms)}   Errors: {'player-not-found'}
  command('player_preferences_read', function(keys)
    if redis.call('HEXISTS', keys[1] .. 'profile', 'd') == 0 then return { 'player-not-found' } end
    return { 'ok', redis.call('GET', keys[1] .. 'preferences') or '{}', now_ms() }
  end)

  -- player_preferences: stores a player's preferences, and has looked at what waits for him.
  -- ARGV: 1 preferences (JSON), 2 those they were made from ('' or none: whatever they are)   Reply: {'ok'}   Errors: {'player-not-found'}, {'conflict'}
  command('player_preferences', function(keys, argv)
    local owner = keys[1]
    if redis.call('HEXISTS', owner .. 'profile', 'd') == 0 then return { 'player-not-found' } end
    if (argv[2] or '') ~= '' and (redis.call('GET', owner .. 'preferences') or '{}') ~= argv[2] then return { 'conflict' } end
    redis.call('SET', owner .. 'preferences', argv[1])
    changed_his_mind(owner)
    look_again(owner, keys[2])
    return { 'ok' }
  end)
end

-- player_claim: takes the player for a guild under a new number. Claims decide who may make him a member; the guild's own record decides who did. A claim
-- that another guild holds is taken over only after guild_fence there has made it useless.
-- ARGV: 1 guild, 2 number of the fenced claim it may take over ('' none)
-- Reply: {'ok', number}   Errors: {'claimed', guild, number}, {'player-not-found'}, {'player-linked'} (a guest who goes on as an account, see ../link/link.lua)
command('player_claim', function(keys, argv)
  local owner = keys[1]
  local profile = redis.call('HMGET', owner .. 'profile', 'd', 'to')
  if not profile[1] then return { 'player-not-found' } end
  if profile[2] then return { 'player-linked' } end
  local held = redis.call('HMGET', owner .. 'claim', 'guild', 'number')
  if held[1] and held[1] ~= argv[1] and held[2] ~= argv[2] then return { 'claimed', held[1], held[2] } end
  redis.call('HSET', owner .. 'claim', 'guild', argv[1])
  return { 'ok', redis.call('HINCRBY', owner .. 'claim', 'number', 1) }
end)

-- player_release: gives the player free, if nobody claimed him since. It is told in the same step: told later, it could overtake that another guild has him.
-- ARGV: 1 number of the claim, 2 message for his sessions (JSON; '' or none: they are told nothing)   Reply: {'ok'}
command('player_release', function(keys, argv)
  if redis.call('HGET', keys[1] .. 'claim', 'number') ~= argv[1] then return { 'ok' } end
  local guild = redis.call('HGET', keys[1] .. 'claim', 'guild')
  redis.call('HDEL', keys[1] .. 'claim', 'guild')
  if argv[2] and argv[2] ~= '' then
    if guild then
      note_been(keys[1], 'guild:' .. guild)
      local _, name = parts_of(keys[1])
      screens.read(keys[1], keys[2], string.sub(name, #'player:' + 1), 'guild:' .. guild, math.huge, now_ms())
    end
    redis.call('SPUBLISH', keys[2] .. 'personal', argv[2])
  end
  return { 'ok' }
end)

-- player_packs: stores which packs of stickers a player owns by the API.
-- ARGV: 1 packs (JSON)   Reply: {'ok'}   Errors: {'player-not-found'}
command('player_packs', function(keys, argv)
  if redis.call('HEXISTS', keys[1] .. 'profile', 'd') == 0 then return { 'player-not-found' } end
  redis.call('SET', keys[1] .. 'packs', argv[1])
  return { 'ok' }
end)
