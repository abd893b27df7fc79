-- Intents to tell a player something by push, and what came of them. KEYS are the player's; see screens.lua for the parts of his owner.
do
  local MOST_TOLD = 200

  -- Marks of which even a late repetition cannot come any more go, once there are many, and what was shown of them.
  local function prune(owner, now)
    local told = owner .. 'told'
    if redis.call('HLEN', told) <= MOST_TOLD then return end
    local all = redis.call('HGETALL', told)
    for index = 1, #all, 2 do
      if cjson.decode(all[index + 1]).at < now - screens.KEPT_MS then redis.call('HDEL', told, all[index]) end
    end
    local screen = redis.call('HGETALL', owner .. 'screen')
    for index = 1, #screen, 2 do
      local _, _, _, mark = screens.shown_in(screen[index + 1])
      if redis.call('HEXISTS', told, mark) == 0 then redis.call('HDEL', owner .. 'screen', screen[index]) end
    end
  end

  -- No device took what was told under a tag: if it was the first under it, the screens show nothing that the next could take the place of.
  local function never_shown(owner, tag)
    if screens.end_bursts(owner, tag, 1) then redis.call('HDEL', owner .. 'screen', tag) end
  end

  -- Whether a push of a burst counts among those by themselves: an urgent one does not.
  local function is_counted(burst) return string.sub(burst, -2) ~= '|u' end

  -- What is decided by and is no part of what is told him: whoever writes it leaves the stamp as it is.
  local function signs(presence, standing, account, owner)
    return table.concat({ standing[1] or '', standing[2] or '', account or '', redis.call('HLEN', owner .. 'blocks'), unpack(presence) }, ' ')
  end

  -- player_push_inputs: what is needed to decide about a player, and to compose what he gets, of one moment.
  -- ARGV: 1 mark ('' none), 2 burst ('' none), 3 who caused it ('' the system)
  -- Reply: {'ok', {presence, as field and value}, preferences (JSON, '' none), {devices, as id and JSON}, profile (JSON, '' none), ban (JSON, '' none), '1 …' if he is a minor,
  --         1 he has blocked who caused it, told (JSON, '' none), burst (JSON, '' none), pushes by themselves in the last hour, in the last 24, stamp with signs,
  --         when the newest happened that is shown under the tag it was told under ('' it is that itself, or nothing is shown), the account he has become ('' none)}
  command('player_push_inputs', function(keys, argv)
    local owner, now = keys[1], now_ms()
    local presence, standing = redis.call('HGETALL', owner .. 'presence'), redis.call('HMGET', owner .. 'standing', 'banned', 'minor')
    local function since(ms) return redis.call('ZCOUNT', owner .. 'pushed', int(now - ms), '+inf') end
    local told, newest = argv[1] ~= '' and redis.call('HGET', owner .. 'told', argv[1]) or '', ''
    local row = told ~= '' and redis.call('HGET', owner .. 'screen', cjson.decode(told).tag)
    if row then
      local _, _, at, mark = screens.shown_in(row)
      newest = mark ~= argv[1] and int(at) or ''
    end
    local profile = redis.call('HMGET', owner .. 'profile', 'd', 'to')
    return { 'ok', presence, redis.call('GET', owner .. 'preferences') or '', redis.call('HGETALL', owner .. 'devices'),
      profile[1] or '', standing[1] or '', standing[2] or '',
      argv[3] ~= '' and redis.call('HEXISTS', owner .. 'blocks', argv[3]) or 0,
      told, argv[2] ~= '' and redis.call('HGET', owner .. 'bursts', argv[2]) or '',
      since(3600000), since(86400000), (redis.call('HGET', owner .. 'pushing', 'stamp') or '0') .. ' ' .. signs(presence, standing, profile[2], owner), newest, profile[2] or '' }
  end)

  -- player_push_begin: notices are about to be told as one push. Nothing is written if the player was told anything, or changed his mind, since it was decided.
  -- ARGV: 1 stamp it was decided by, with signs or without ('' whatever they are), 2 burst ('' it is a digest), 3 tag, 4 channel, 5 highest seq (0 none), 6 when the newest happened (0: a digest), 7… marks, the
  --       newest last; of a digest its own, then those of the notices it tells of
  -- Reply: {'ok', 1 begun | 0 to be decided anew, what is undone with (JSON), 1 no device got it as it is now: those that did get it again}
  command('player_push_begin', function(keys, argv)
    local owner, now = keys[1], now_ms()
    if argv[1] ~= '' then
      local stamp, with_signs = redis.call('HGET', owner .. 'pushing', 'stamp') or '0', string.find(argv[1], ' ', 1, true)
      if with_signs then
        stamp = stamp .. ' ' .. signs(redis.call('HGETALL', owner .. 'presence'), redis.call('HMGET', owner .. 'standing', 'banned', 'minor'), redis.call('HGET', owner .. 'profile', 'to'), owner)
      end
      if stamp ~= argv[1] then return { 'ok', 0, '', 0 } end
    end
    local stamp = redis.call('HINCRBY', owner .. 'pushing', 'stamp', 1)
    prune(owner, now)
    local before = { stamp = stamp, fresh = {}, screen = redis.call('HGET', owner .. 'screen', argv[3]) or nil, clearing = redis.call('HGET', owner .. 'clearing', argv[3]) or nil }
    -- Devices that got a digest which is to leave their screens show something else than this one tells.
    local is_anew = argv[2] == '' and before.clearing ~= nil
    for index = 7, #argv do
      local stored = redis.call('HGET', owner .. 'told', argv[index])
      local told = stored and cjson.decode(stored) or { tag = argv[3], at = now, digest = argv[2] == '' and index > 7 or nil }
      if not stored then before.fresh[#before.fresh + 1] = argv[index] end
      told.stamp, told.over = stamp, nil
      if is_anew then told.got = nil end
      redis.call('HSET', owner .. 'told', argv[index], cjson.encode(told))
    end
    local fresh = #before.fresh
    local seq = tonumber(argv[5])
    if argv[2] ~= '' then
      before.burst = redis.call('HGET', owner .. 'bursts', argv[2]) or nil
      local burst = before.burst and cjson.decode(before.burst) or { pushes = 0, notices = 0, seq = 0 }
      -- What was begun before and is sent again after its burst has ended begins another, of which it is part.
      if burst.tag ~= argv[3] then burst = { pushes = 0, notices = #argv - 6 - fresh, seq = 0, tag = argv[3], from = stamp } end
      seq = math.max(burst.seq, seq)
      burst.at, burst.stamp, burst.pushes, burst.notices, burst.seq = now, stamp, burst.pushes + 1, burst.notices + fresh, seq
      redis.call('HSET', owner .. 'bursts', argv[2], cjson.encode(burst))
      redis.call('ZREMRANGEBYSCORE', owner .. 'pushed', '-inf', int(now - 86400000))
      if is_counted(argv[2]) and fresh > 0 then redis.call('ZADD', owner .. 'pushed', int(now), argv[3] .. ' ' .. stamp) end
    end
    if argv[4] ~= '' then
      before.shows = int(seq) .. ' ' .. argv[4] .. ' ' .. argv[6] .. ' ' .. (argv[2] == '' and argv[7] or argv[#argv])
      redis.call('HSET', owner .. 'screen', argv[3], before.shows)
    end
    -- What is shown under this tag from now on is to stay.
    if before.clearing then redis.call('HDEL', owner .. 'clearing', argv[3]) end
    screens.keep(owner, 'told', 'bursts', 'pushed', 'screen', 'pushing')
    return { 'ok', 1, cjson.encode(before), is_anew and 1 or 0 }
  end)

  -- player_push_again: what was begun before, maybe by another process, is sent again: whoever began it has nothing to undo any more.
  -- ARGV: marks   Reply: {'ok'}
  command('player_push_again', function(keys, argv)
    local owner = keys[1]
    local stamp = redis.call('HINCRBY', owner .. 'pushing', 'stamp', 1)
    for _, mark in ipairs(argv) do
      local stored = redis.call('HGET', owner .. 'told', mark)
      if stored then
        local told = cjson.decode(stored)
        told.stamp = stamp
        redis.call('HSET', owner .. 'told', mark, cjson.encode(told))
      end
    end
    return { 'ok' }
  end)

  -- player_push_undo: what was begun is not sent after all. What came since stays; what another has sent again since is not undone.
  -- ARGV: 1 burst ('' it is a digest), 2 what is undone with (JSON), 3 tag, 4 player   Reply: {'ok'}
  command('player_push_undo', function(keys, argv)
    local owner, before = keys[1], cjson.decode(argv[2])
    for _, mark in ipairs(before.fresh) do
      local stored = redis.call('HGET', owner .. 'told', mark)
      if stored and cjson.decode(stored).stamp ~= before.stamp then return { 'ok' } end
    end
    for _, mark in ipairs(before.fresh) do
      local stored = redis.call('HGET', owner .. 'told', mark)
      if stored and not cjson.decode(stored).got then redis.call('HDEL', owner .. 'told', mark) end
    end
    if argv[1] ~= '' then
      local prefix = argv[3] .. ' '
      for _, member in ipairs(is_counted(argv[1]) and #before.fresh > 0 and redis.call('ZRANGE', owner .. 'pushed', 0, 19, 'REV') or {}) do
        if string.sub(member, 1, #prefix) == prefix then
          redis.call('ZREM', owner .. 'pushed', member)
          break
        end
      end
      local burst, current = before.burst, redis.call('HGET', owner .. 'bursts', argv[1])
      if burst and current then
        local is, was = cjson.decode(current), cjson.decode(burst)
        if is.tag == was.tag then
          was.shown = is.shown
          burst = cjson.encode(was)
        end
      end
      if burst then redis.call('HSET', owner .. 'bursts', argv[1], burst) else redis.call('HDEL', owner .. 'bursts', argv[1]) end
    end
    if before.shows and redis.call('HGET', owner .. 'screen', argv[3]) == before.shows then
      local up_to, channel = 0, ''
      if before.screen then up_to, channel = screens.shown_in(before.screen) end
      local is_read = up_to > 0 and up_to <= (tonumber(redis.call('HGET', owner .. 'pushing', 'read:' .. channel)) or 0)
      if before.screen and not is_read then redis.call('HSET', owner .. 'screen', argv[3], before.screen) else redis.call('HDEL', owner .. 'screen', argv[3]) end
      local off = before.clearing or is_read and before.screen
      if off then screens.take_off(owner, keys[2], argv[4], argv[3], off, now_ms()) end
    end
    screens.anew(owner)
    return { 'ok' }
  end)

  -- Devices got what was told under a tag by an intent: with it all that was begun under it before.
  local function shows(owner, tag, stamp, devices, now)
    local all = redis.call('HGETALL', owner .. 'bursts')
    for index = 1, #all, 2 do
      local burst = cjson.decode(all[index + 1])
      local shown = burst.shown
      if burst.tag == tag and (not shown or shown.stamp <= stamp) then
        local got = devices
        if shown and shown.stamp == stamp then
          got = shown.got
          for _, device in ipairs(devices) do got[#got + 1] = device end
        end
        burst.shown = { at = now, stamp = stamp, got = got }
        redis.call('HSET', owner .. 'bursts', all[index], cjson.encode(burst))
      end
    end
  end

  -- player_push_told: devices got a push. If he has read meanwhile what it told, it is taken off their screens.
  -- ARGV: 1 player, 2 tag, 3 channel, 4 highest seq (0 none), 5 number of marks, then marks, then devices   Reply: {'ok'}
  command('player_push_told', function(keys, argv)
    local owner, now, marks, stamp = keys[1], now_ms(), tonumber(argv[5]), 0
    for index = 6, 5 + marks do
      local stored = redis.call('HGET', owner .. 'told', argv[index])
      local told = stored and cjson.decode(stored) or { tag = argv[2], at = now }
      stamp = math.max(stamp, told.stamp or 0)
      local got, has = told.got or {}, {}
      for _, device in ipairs(got) do has[device] = true end
      for device = 6 + marks, #argv do
        if not has[argv[device]] then got[#got + 1] = argv[device] end
      end
      told.got = #got > 0 and got or nil
      told.over = #argv == 5 + marks and #got == 0 or nil
      redis.call('HSET', owner .. 'told', argv[index], cjson.encode(told))
      -- An intent that is there was begun a moment ago, and is kept from then on.
      if not stored then screens.keep(owner, 'told') end
    end
    if #argv > 5 + marks then shows(owner, argv[2], stamp, { unpack(argv, 6 + marks) }, now) end
    if #argv == 5 + marks then never_shown(owner, argv[2]) end
    if #argv > 5 + marks and argv[3] ~= '' and redis.call('HEXISTS', owner .. 'screen', argv[2]) == 0 then
      screens.take_off(owner, keys[2], argv[1], argv[2], argv[4] .. ' ' .. argv[3] .. ' 0 ', now)
    end
    return { 'ok' }
  end)
end
