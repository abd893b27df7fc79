-- Devices of players. An FCM target has one owner at a time, though players lie in different buckets: whoever registers it claims it, has everyone forget it who
-- may still have it, and writes it down. A process that dies between leaves the claim with the names of those; the next claim goes on with them.
-- A player's parts:
--   devices             hash    device id -> JSON {kind, target, platform, at, n (of the claim it was registered by)}
--   fenced:<hash>       string  number of a claim: a registration of that target by an older one comes too late. Gone after an hour.
-- and of his bucket:
--   pushable            zset    who has devices, or had some, all of score 0. A device that was registered by a release without it is missing here until it is registered anew.
-- A target has the owner key 'target:<hash of its kind and itself>'. Its part:
--   claim               string  '<number> <player> <others who may still have it> …'. Gone after 270 days, like FCM's targets.
do
  local CLAIM_KEPT_MS = 270 * 86400000
  -- Longer than any call takes.
  local FENCE_KEPT_MS = 3600000

  -- Whether anything was forgotten.
  local function forget(devices, kind, target, below, but)
    local forgotten, all = false, redis.call('HGETALL', devices)
    for index = 1, #all, 2 do
      local device = cjson.decode(all[index + 1])
      if device.target == target and device.kind == kind and all[index] ~= but and (device.n or 0) < below then
        redis.call('HDEL', devices, all[index])
        forgotten = true
      end
    end
    return forgotten
  end

  -- target_claim: a player is to have a target. Numbers rise, also after a claim is gone.
  -- ARGV: 1 player   Reply: {'ok', number, player …} (others who may still have it)
  command('target_claim', function(keys, argv)
    local number, before, names = now_ms(), {}, {}
    for word in string.gmatch(redis.call('GET', keys[1] .. 'claim') or '', '%S+') do names[#names + 1] = word end
    if names[1] then number = math.max(number, tonumber(names[1]) + 1) end
    local seen = { [argv[1]] = true }
    for index = 2, #names do
      if not seen[names[index]] then before[#before + 1] = names[index] end
      seen[names[index]] = true
    end
    local record = int(number) .. ' ' .. argv[1]
    if #before > 0 then record = record .. ' ' .. table.concat(before, ' ') end
    redis.call('SET', keys[1] .. 'claim', record, 'PX', CLAIM_KEPT_MS)
    return { 'ok', int(number), unpack(before) }
  end)

  -- target_settled: all others have forgotten it, and its owner has it.
  -- ARGV: 1 number of the claim   Reply: {'ok'}
  command('target_settled', function(keys, argv)
    local number, player = string.match(redis.call('GET', keys[1] .. 'claim') or '', '^(%d+) (%S+)')
    if number == argv[1] then redis.call('SET', keys[1] .. 'claim', number .. ' ' .. player, 'KEEPTTL') end
    return { 'ok' }
  end)

  -- device_fence: a player has a target no more, nor takes it by a claim older than this one. What is about to be told him is decided anew: the phone is somebody else's.
  -- ARGV: 1 kind, 2 target, 3 hash of the two, 4 number of the claim   Reply: {'ok'}
  command('device_fence', function(keys, argv)
    local fence = keys[1] .. 'fenced:' .. argv[3]
    if forget(keys[1] .. 'devices', argv[1], argv[2], tonumber(argv[4])) then screens.anew(keys[1]) end
    if tonumber(redis.call('GET', fence) or '0') < tonumber(argv[4]) then redis.call('SET', fence, argv[4], 'PX', FENCE_KEPT_MS) end
    return { 'ok' }
  end)

  -- player_device: registers a device, or renews it; when there are more than allowed, the one longest unused gives way. Another of his with the same target is gone.
  -- ARGV: 1 device id, 2 kind, 3 target, 4 platform, 5 most devices, 6 number of the claim, 7 hash of kind and target
  -- Reply: {'ok', 1 he has it | 0 another has claimed it since}   Errors: {'player-not-found'}
  command('player_device', function(keys, argv)
    local devices = keys[1] .. 'devices'
    local number = tonumber(argv[6])
    if redis.call('HEXISTS', keys[1] .. 'profile', 'd') == 0 then return { 'player-not-found' } end
    if tonumber(redis.call('GET', keys[1] .. 'fenced:' .. argv[7]) or '0') > number then return { 'ok', 0 } end
    forget(devices, argv[2], argv[3], number + 1, argv[1])
    local device = { kind = argv[2], target = argv[3], platform = argv[4], at = now_ms(), n = number }
    redis.call('HSET', devices, argv[1], cjson.encode(device))
    local _, name = parts_of(keys[1])
    redis.call('ZADD', keys[2] .. 'pushable', 0, string.sub(name, #'player:' + 1))
    while redis.call('HLEN', devices) > tonumber(argv[5]) do
      local oldest, oldest_at
      local all = redis.call('HGETALL', devices)
      for index = 1, #all, 2 do
        local at = cjson.decode(all[index + 1]).at
        if all[index] ~= argv[1] and (not oldest or at < oldest_at) then oldest, oldest_at = all[index], at end
      end
      redis.call('HDEL', devices, oldest)
    end
    return { 'ok', 1 }
  end)

  -- device_remove: a player has a device no more, and is told nothing there, not even what is about to be.
  -- ARGV: 1 device id   Reply: {'ok'}   Errors: {'device-not-found'}
  command('device_remove', function(keys, argv)
    if redis.call('HDEL', keys[1] .. 'devices', argv[1]) == 0 then return { 'device-not-found' } end
    screens.anew(keys[1])
    return { 'ok' }
  end)

  -- player_forget: removes a device if it still has that target.
  -- ARGV: 1 device id, 2 target   Reply: {'ok'}
  command('player_forget', function(keys, argv)
    local record = redis.call('HGET', keys[1] .. 'devices', argv[1])
    if record and cjson.decode(record).target == argv[2] then redis.call('HDEL', keys[1] .. 'devices', argv[1]) end
    return { 'ok' }
  end)

  -- devices_page: players of a bucket who have devices, in the order of their ids; those who have none any more are forgotten.
  -- KEYS: 1 bucket's prefix   ARGV: 1 the id before them ('' none), 2 most   Reply: {1 there may be more | 0, the last id that was looked at, id, …}
  command('devices_page', function(keys, argv)
    local index = keys[1] .. 'pushable'
    local found = redis.call('ZRANGE', index, argv[1] == '' and '-' or '(' .. argv[1], '+', 'BYLEX', 'LIMIT', 0, argv[2])
    local reply = { #found == tonumber(argv[2]) and 1 or 0, found[#found] or argv[1] }
    for _, player in ipairs(found) do
      if redis.call('EXISTS', keys[1] .. 'player:' .. player .. ':devices') == 1 then reply[#reply + 1] = player else redis.call('ZREM', index, player) end
    end
    return reply
  end)
end
