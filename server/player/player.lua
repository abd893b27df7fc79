-- A player. His owner key is 'player:<id>'. Parts:
--   profile      hash    d (JSON of the profile with its version), version, at (when it was last changed)
--   guild        string  the guild that holds or is about to hold him
--   devices      hash    device id -> JSON {kind, target, platform, at}
--   preferences  string  JSON
--   presence     hash    session -> JSON {incarnation, channel, reading, at}
--   book, entries, key:P  see points.lua

-- player_profile: stores a profile if nobody changed it meanwhile.
-- ARGV: 1 version it was made from (0: none), 2 profile (JSON; its version is one higher), 3 when, in ms
-- Reply: {'ok'}   Errors: {'conflict'}
command('player_profile', function(keys, argv)
  local owner = keys[1]
  if (redis.call('HGET', owner .. 'profile', 'version') or '0') ~= argv[1] then return { 'conflict' } end
  redis.call('HSET', owner .. 'profile', 'd', argv[2], 'version', int(tonumber(argv[1]) + 1), 'at', argv[3])
  return { 'ok' }
end)

-- player_claim: takes the player for a guild, if no other has him.
-- ARGV: 1 guild, 2 the guild he may be taken from ('' none): one that was found not to have him as a member
-- Reply: {'ok'}   Errors: {'already-in-guild', guild}
command('player_claim', function(keys, argv)
  local held = redis.call('GET', keys[1] .. 'guild')
  if held and held ~= argv[1] and held ~= argv[2] then return { 'already-in-guild', held } end
  redis.call('SET', keys[1] .. 'guild', argv[1])
  return { 'ok' }
end)

-- player_release: gives the player free, if that guild has him.
-- ARGV: 1 guild   Reply: {'ok'}
command('player_release', function(keys, argv)
  if redis.call('GET', keys[1] .. 'guild') == argv[1] then redis.call('DEL', keys[1] .. 'guild') end
  return { 'ok' }
end)

-- player_device: registers a device, or renews it; when there are more than allowed, the one longest unused gives way.
-- ARGV: 1 device id, 2 device (JSON with at), 3 most devices   Reply: {'ok'}
command('player_device', function(keys, argv)
  local devices = keys[1] .. 'devices'
  redis.call('HSET', devices, argv[1], argv[2])
  while redis.call('HLEN', devices) > tonumber(argv[3]) do
    local oldest, oldest_at
    local all = redis.call('HGETALL', devices)
    for index = 1, #all, 2 do
      local at = cjson.decode(all[index + 1]).at
      if all[index] ~= argv[1] and (not oldest or at < oldest_at) then oldest, oldest_at = all[index], at end
    end
    redis.call('HDEL', devices, oldest)
  end
  return { 'ok' }
end)
