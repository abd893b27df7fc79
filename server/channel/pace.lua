-- How fast a channel may be written to, asked by channel_append before it writes. Part of an owner that has a channel:
--   pace  hash  player     -> '<tokens> <at> <last> <told> <refused> <strikes> <since> <timeouts> <over>|<texts>', at most 400 bytes, gone with the member:
--                             sender's bucket at a time; last message; until when he was told to wait, and the print of that message's nonce; strikes since a
--                             time; time-outs so far and the end of the last; then the texts he said in their windows, each '<print>,<times>,<since>;'
--               ':channel' -> '<tokens> <at>';   ':slow' -> ms between two messages of a member
--               ':said'    -> very long texts of all members, each '<print>,<since>,<number>.<number>.;'
-- A print is a letter (s short, m middle, l long, v very long) and 16 hexadecimal digits, see skeleton.ts.

local function keep_pace(owner, kept)
  local fields = {}
  for index = 1, 6 do
    if kept[index] then fields[#fields + 1] = kept[index] end
  end
  redis.call('HSET', owner .. 'pace', unpack(fields))
end

local check_pace
do
  -- Two readings of a clock that is kept right differ by less.
  local CLOCK_STEP_MS = 5000
  -- So many attempts against what one was told, within this time, are no accident.
  local STRIKES, STRIKES_WITHIN_MS = 10, 30000
  local TIMEOUT_GROWTH, PEACE_MS = 4, 86400000
  local TEXTS_KEPT = 8
  -- Two long texts are near when their prints differ in at most so many of 64 bits. Texts with a word or two exchanged differ in up to 13, different ones of the
  -- same talk in 20 to 40; of what one person said within ten minutes 0.3 % of the pairs come so near, and one such pair refuses nothing yet.
  local NEAR_BITS = 13
  -- What several members say has to be nearer: many congratulate in almost the same words.
  local COPIED_BITS = 4

  local limits_known, limits_count = {}, 0
  local function read_limits(line)
    if limits_known[line] then return limits_known[line] end
    if limits_count == 64 then limits_known, limits_count = {}, 0 end
    local n = {}
    for number in string.gmatch(line, '[%d.]+') do n[#n + 1] = tonumber(number) end
    local limits = {
      sender_burst = n[1], sender_rate = n[2], channel_burst = n[3], channel_rate = n[4], reserved = math.min(math.floor(n[3] * n[5] / 100), n[3] - 1),
      slow = n[6], most = { s = n[9], m = n[7], l = n[7], v = n[7] }, window = { s = n[10], m = n[8], l = n[8], v = n[8] }, raid = n[11], raid_window = n[12],
      first = n[13], longest = n[14],
    }
    limits_known[line], limits_count = limits, limits_count + 1
    return limits
  end

  -- What a bucket holds now. Redis' clock was set back: until it is where it was nothing would flow in, so the bucket begins anew.
  local function filled(tokens, at, now, burst, rate)
    if not tokens or at > now + CLOCK_STEP_MS then return burst end
    return math.min(burst, tokens + math.max(0, now - at) / 1000 * rate)
  end

  local function ones(x)
    x = x - bit.band(bit.rshift(x, 1), 0x55555555)
    x = bit.band(x, 0x33333333) + bit.band(bit.rshift(x, 2), 0x33333333)
    return bit.rshift(bit.tobit(bit.band(x + bit.rshift(x, 4), 0x0f0f0f0f) * 0x01010101), 24)
  end

  -- Whether texts of these prints count as the same: equal, or both long (the bytes of l and v) and near. `high`, `low`: the halves of `print`.
  local function is_near(print, high, low, other, bits)
    if print == other then return true end
    local class = string.byte(other)
    if not high or (class ~= 108 and class ~= 118) then return false end
    local apart = ones(bit.bxor(high, tonumber(string.sub(other, 2, 9), 16)))
    return apart <= bits and apart + ones(bit.bxor(low, tonumber(string.sub(other, 10, 17), 16))) <= bits
  end

  local function halves(print)
    local class = string.byte(print)
    if class ~= 108 and class ~= 118 then return nil, nil end
    return tonumber(string.sub(print, 2, 9), 16), tonumber(string.sub(print, 10, 17), 16)
  end

  local function read_pace(stored, now)
    local tokens, at, last, told, refused, strikes, since, timeouts, over, texts =
      string.match(stored or '', '^(%S+) (%d+) (%d+) (%d+) (%S+) (%d+) (%d+) (%d+) (%d+)|(.*)$')
    at = tonumber(at)
    -- Nobody has written this yet, or the clock was set back since: times that lie ahead would lock the member out.
    if not at or at > now + CLOCK_STEP_MS then
      return { last = 0, told = 0, refused = '-', strikes = 0, since = 0, timeouts = 0, over = 0, texts = '' }
    end
    return { tokens = tonumber(tokens), at = at, last = tonumber(last), told = tonumber(told), refused = refused, strikes = tonumber(strikes),
      since = tonumber(since), timeouts = tonumber(timeouts), over = tonumber(over), texts = texts }
  end

  local function pace_line(own, now)
    return string.format('%.3f %.0f %.0f %.0f %s %d %.0f %d %.0f|%s', own.tokens, now, own.last, own.told, own.refused, own.strikes, own.since,
      own.timeouts, own.over, own.texts)
  end

  -- The texts still in their windows with one more, `print`; or nil and when the window of those it is too much of ends.
  local function add_text(texts, print, now, limits)
    local kept, found, least, fewest = {}, false, nil, nil
    local class, high, low = string.sub(print, 1, 1), halves(print)
    for line, stored, times, since in string.gmatch(texts, '((%w+),(%d+),(%d+);)') do
      local ends = tonumber(since) + limits.window[string.sub(stored, 1, 1)]
      if ends > now then
        times = tonumber(times)
        if not found and is_near(print, high, low, stored, NEAR_BITS) then
          if times >= limits.most[class] then return nil, ends end
          found, line = true, stored .. ',' .. (times + 1) .. ',' .. since .. ';'
        elseif not least or times < fewest then
          least, fewest = #kept + 1, times
        end
        kept[#kept + 1] = line
      end
    end
    if not found then
      -- The text said least, and of those the oldest, gives way: what is repeated stays known.
      if #kept >= TEXTS_KEPT then table.remove(kept, least) end
      kept[#kept + 1] = print .. ',1,' .. int(now) .. ';'
    end
    return table.concat(kept)
  end

  -- The very long texts of all still in their window with this member's; or nil and when the window ends, when as many others said it as may.
  local function add_said(said, print, number, now, limits)
    local kept, found = {}, false
    local high, low = halves(print)
    for line, stored, since, numbers in string.gmatch(said, '((%w+),(%d+),([%d.]+);)') do
      local ends = tonumber(since) + limits.raid_window
      if ends > now then
        if not found and is_near(print, high, low, stored, COPIED_BITS) then
          found = true
          if not string.find('.' .. numbers, '.' .. number .. '.', 1, true) then
            local _, others = string.gsub(numbers, '%.', '')
            if others >= limits.raid then return nil, ends end
            line = stored .. ',' .. since .. ',' .. numbers .. number .. '.;'
          end
        end
        kept[#kept + 1] = line
      end
    end
    if not found then
      if #kept >= TEXTS_KEPT then table.remove(kept, 1) end
      kept[#kept + 1] = print .. ',' .. int(now) .. ',' .. number .. '.;'
    end
    return table.concat(kept)
  end

  -- One more attempt against what he was told; enough of them make a time-out, each longer than the last. Returns whether it is one.
  local function strike(own, now, limits)
    if own.since + STRIKES_WITHIN_MS <= now then own.strikes, own.since = 0, now end
    own.strikes = own.strikes + 1
    if own.strikes < STRIKES then return false end
    if own.over + PEACE_MS <= now then own.timeouts = 0 end
    own.over = now + math.min(limits.longest, limits.first * TIMEOUT_GROWTH ^ own.timeouts)
    own.timeouts, own.strikes = math.min(own.timeouts + 1, 99), 0
    return true
  end

  -- Whether a member may write now. `line`: the limits (pace.ts; '' none); `print`: of the text ('' not compared).
  -- Returns a code and the time to try again, having noted the refusal; or nil, nil and what `keep_pace` is to write once the entry is.
  function check_pace(owner, player, rank, number, nonce, now, line, print)
    if line == '' then return nil end
    local limits = read_limits(line)
    local officer = rank == 'leader' or rank == 'officer'
    local raidable = limits.raid > 0 and limits.most.l > 0 and not officer and string.find(print, '^v')
    local stored
    if raidable then stored = redis.call('HMGET', owner .. 'pace', player, ':channel', ':slow', ':said')
    else stored = redis.call('HMGET', owner .. 'pace', player, ':channel', ':slow') end
    local own = read_pace(stored[1], now)
    local timeouts = not officer and limits.first > 0
    -- What he was told holds: attempts during a time-out cost nothing and make it no longer.
    if timeouts and own.over > now then return 'timed-out', own.over end
    own.tokens = filled(own.tokens, own.at, now, limits.sender_burst, limits.sender_rate)

    local function refuse(code, retry_at, struck)
      retry_at = math.ceil(retry_at)
      if code ~= 'too-similar' then
        local refused = string.sub(redis.sha1hex(nonce), 1, 8)
        -- The same command again is a line or a clock that is not right, not another message.
        struck = own.told > now and own.refused ~= refused
        own.told, own.refused = retry_at, refused
      end
      if struck and timeouts and strike(own, now, limits) then code, retry_at = 'timed-out', own.over end
      redis.call('HSET', owner .. 'pace', player, pace_line(own, now))
      return code, retry_at
    end

    local slow = officer and 0 or math.max(limits.slow, tonumber(stored[3] or 0))
    if own.last + slow > now then return refuse('slow-mode', own.last + slow) end
    if limits.sender_burst > 0 then
      if own.tokens < 1 then return refuse('rate-limited', now + (1 - own.tokens) / limits.sender_rate * 1000) end
      own.tokens = own.tokens - 1
    end
    local channel
    if limits.channel_burst > 0 then
      local tokens, at = string.match(stored[2] or '', '^(%S+) (%d+)$')
      local left = filled(tonumber(tokens), tonumber(at), now, limits.channel_burst, limits.channel_rate) - 1
      local floor = officer and 0 or limits.reserved
      if left < floor then
        own.tokens = own.tokens + (limits.sender_burst > 0 and 1 or 0)
        return refuse('channel-busy', now + (floor - left) / limits.channel_rate * 1000)
      end
      channel = string.format('%.3f %.0f', left, now)
    end
    local class, said = string.sub(print, 1, 1), nil
    if print ~= '' and not officer and limits.most[class] > 0 then
      local texts, ends = add_text(own.texts, print, now, limits)
      if not texts then return refuse('too-similar', ends, true) end
      if raidable then
        said, ends = add_said(stored[4] or '', print, number, now, limits)
        if not said then return refuse('too-similar', ends, false) end
      end
      own.texts = texts
    end
    own.last, own.told = now, 0
    return nil, nil, { player, pace_line(own, now), channel and ':channel', channel, said and ':said', said }
  end

  -- channel_slow: how long a member waits between two messages of his, besides what the settings say.
  -- ARGV: 1 player ('' the backend), 2 ms, 3 why ('' untold)
  -- Reply: {'ok'}   Errors: {'not-member'}, {'not-permitted'}
  command('channel_slow', function(keys, argv)
    local owner = keys[1]
    local refusal = refused(owner, argv[1], 'slowMode')
    if refusal then return { refusal } end
    if redis.call('HGET', owner .. 'pace', ':slow') == argv[2] then return { 'ok' } end
    redis.call('HSET', owner .. 'pace', ':slow', argv[2])
    audit(owner, { act = 'slow', by = argv[1], why = argv[3], ms = tonumber(argv[2]) })
    return { 'ok' }
  end)
end
