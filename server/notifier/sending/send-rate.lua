-- How much may be sent to FCM, over all notifiers. Its owner key is 'sending'. Parts:
--   rate  hash  at (of the last look, ms), room (pushes that may go at once), from (when the rate began to rise, ms), pause:<scope> (until when, ms)
do
  -- The rate rises from almost nothing after this time without a push.
  local SILENCE_MS = 60000
  -- The share of the full rate it begins with, and how much of a full second may go at once at any time, so that a guild's alarm need not wait.
  local FIRST, AT_ONCE = 0.02, 0.1

  local function pauses(key, now)
    local reply, rate = {}, redis.call('HGETALL', key)
    for index = 1, #rate, 2 do
      local scope = string.match(rate[index], '^pause:(.+)$')
      local left = scope and tonumber(rate[index + 1]) - now
      if scope and left > 0 then
        reply[#reply + 1] = scope
        reply[#reply + 1] = int(left)
      elseif scope then
        redis.call('HDEL', key, rate[index])
      end
    end
    return reply
  end

  -- send_take: asks for room for pushes; it fills at the full rate per minute, to a second's worth, and more slowly while it rises. A part of it is kept for what
  -- is more urgent.
  -- ARGV: 1 pushes, 2 most per minute, 3 time to rise to that in ms, 4 share kept for others (0 to 1), 5 requests made beyond those asked for
  -- Reply: {'ok', pushes that may go now, when to ask for the others in ms, {scope, ms left, …} of pauses}
  command('send_take', function(keys, argv)
    local key, now = keys[1] .. 'rate', now_ms()
    local wanted, full, rise = tonumber(argv[1]), tonumber(argv[2]) / 60000, tonumber(argv[3])
    local paused = pauses(key, now)
    local known = redis.call('HMGET', key, 'at', 'room', 'from')
    local at, room, from = tonumber(known[1] or '0'), tonumber(known[2] or '0'), tonumber(known[3] or '0')
    local function rate(moment)
      return full * math.min(1, math.max(FIRST, rise > 0 and (moment - from) / rise or 1))
    end
    local is_new = now - at > SILENCE_MS
    if is_new then from, at = now, now end
    local most = math.max(rate(now) * 1000, full * 1000 * AT_ONCE, 1)
    if is_new then room = most end
    if now > at then room = math.min(most, room + (rate(at) + rate(now)) / 2 * (now - at)) end
    room = room - tonumber(argv[5])
    for index = 1, #paused, 2 do
      if paused[index] == 'all' or paused[index] == 'credentials' then wanted = 0 end
    end
    local kept = most * tonumber(argv[4])
    -- However small the rate is, a full room lets one go.
    local granted = room >= most and math.min(wanted, math.max(1, math.floor(room - kept))) or math.max(0, math.min(wanted, math.floor(room - kept)))
    redis.call('HSET', key, 'at', int(math.max(at, now)), 'room', tostring(room - granted), 'from', int(from))
    redis.call('PEXPIRE', key, 86400000)
    local missing = math.min(wanted - granted, most - kept) + kept - (room - granted)
    return { 'ok', granted, int(math.max(1, math.ceil(missing / rate(now)))), paused }
  end)

  -- send_pause: nobody sends in this scope for a while; one that ends later stays. After a pause of all the rate rises anew.
  -- ARGV: 1 scope, 2 how long in ms   Reply: {'ok', ms left}
  command('send_pause', function(keys, argv)
    local key, now = keys[1] .. 'rate', now_ms()
    local known = tonumber(redis.call('HGET', key, 'pause:' .. argv[1]) or '0')
    local ends = math.max(known, now + tonumber(argv[2]))
    redis.call('HSET', key, 'pause:' .. argv[1], int(ends))
    if argv[1] == 'all' or argv[1] == 'credentials' then redis.call('HSET', key, 'from', int(ends), 'at', int(ends), 'room', 1) end
    redis.call('PEXPIRE', key, 86400000)
    return { 'ok', int(ends - now) }
  end)

  -- device_pace: counts a push to each of these devices of a player, where there is room: so many in a minute, so many in an hour.
  -- ARGV: 1 most a minute, 2 most an hour, 3… device ids   Reply: {'ok', ms to wait (0: counted) for each}
  --   paced  hash  device id -> '<minute began>:<count>:<hour began>:<count>'
  command('device_pace', function(keys, argv)
    local key, now = keys[1] .. 'paced', now_ms()
    local reply, rows = { 'ok' }, {}
    local devices = { unpack(argv, 3) }
    local known = redis.call('HMGET', key, unpack(devices))
    for index, device in ipairs(devices) do
      local minute, in_minute, hour, in_hour = string.match(known[index] or '', '^(%d+):(%d+):(%d+):(%d+)$')
      minute, in_minute, hour, in_hour = tonumber(minute or 0), tonumber(in_minute or 0), tonumber(hour or 0), tonumber(in_hour or 0)
      if now - minute >= 60000 or minute > now then minute, in_minute = now, 0 end
      if now - hour >= 3600000 or hour > now then hour, in_hour = now, 0 end
      local wait = 0
      if in_minute >= tonumber(argv[1]) then wait = minute + 60000 - now end
      if in_hour >= tonumber(argv[2]) then wait = math.max(wait, hour + 3600000 - now) end
      if wait == 0 then
        rows[#rows + 1] = device
        rows[#rows + 1] = int(minute) .. ':' .. int(in_minute + 1) .. ':' .. int(hour) .. ':' .. int(in_hour + 1)
      end
      reply[#reply + 1] = wait
    end
    if #rows > 0 then
      redis.call('HSET', key, unpack(rows))
      redis.call('PEXPIRE', key, 3600000)
    end
    return reply
  end)
end
