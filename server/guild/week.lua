-- How a guild has done, week by week. Part of a guild: weeks (string: JSON {week, now, last?, before?}: its counters when that week's figures were drawn, a week before and two weeks before).

do
  local DAY_MS = 86400000
  local NAMED = 3

  -- Counters that only rise, besides `members`.
  local function counters(owner, now)
    local head = redis.call('HMGET', owner .. 'head', 'count', 'came', 'went')
    local war = redis.call('HMGET', owner .. 'war', 'won', 'drawn', 'lost')
    local function number(text) return tonumber(text or '0') or 0 end
    return { at = now, members = redis.call('HLEN', owner .. 'members'), messages = number(head[1]), came = number(head[2]), went = number(head[3]),
      earned = number(redis.call('HGET', owner .. 'book', 'earned') or '0'), won = number(war[1]), drawn = number(war[2]), lost = number(war[3]) }
  end

  -- guild_week_turn: draws the figures of a week that is over, once: the same week again changes nothing.
  -- ARGV: 1 week, a text that rises from week to week   Reply: {'ok', {player who leads it, …}}   Errors: {'guild-not-found'}
  command('guild_week_turn', function(keys, argv)
    local owner = keys[1]
    if redis.call('HEXISTS', owner .. 'info', 'name') == 0 then return { 'guild-not-found' } end
    local stored = redis.call('GET', owner .. 'weeks')
    local weeks = stored and cjson.decode(stored) or {}
    if (weeks.week or '') < argv[1] then
      redis.call('SET', owner .. 'weeks', cjson.encode({ week = argv[1], now = counters(owner, now_ms()), last = weeks.now, before = weeks.last }))
    end
    local leaders, members = {}, redis.call('HGETALL', owner .. 'members')
    for index = 1, #members, 2 do
      if cjson.decode(members[index + 1]).rank == 'leader' then leaders[#leaders + 1] = members[index] end
    end
    return { 'ok', leaders }
  end)

  -- guild_week: the figures of a week, and how its members are now.
  -- ARGV: 1 caller: who leads it   Reply: {'ok', weeks (JSON; '' none were drawn), name of the guild, requests that wait, members seen or joined within 7 days, members last seen 7 to
  --         14 days ago, {profile (JSON) of some of these, the longest away first}}
  -- Errors: {'guild-not-found'}, {'not-member'}, {'not-permitted'} (he does not lead it)
  command('guild_week', function(keys, argv)
    local owner, now = keys[1], now_ms()
    if redis.call('HEXISTS', owner .. 'info', 'name') == 0 then return { 'guild-not-found' } end
    local record = redis.call('HGET', owner .. 'members', argv[1])
    if not record then return { 'not-member' } end
    if cjson.decode(record).rank ~= 'leader' then return { 'not-permitted' } end
    local seen, there = {}, {}
    local rows = redis.call('HGETALL', owner .. 'seen')
    for index = 1, #rows, 2 do seen[rows[index]] = tonumber(rows[index + 1]) end
    -- The session's id follows after the last '|'.
    for _, session in ipairs(redis.call('HKEYS', owner .. 'online')) do there[string.match(session, '^(.*)|') or ''] = true end
    local active, leaving = 0, {}
    local members = redis.call('HGETALL', owner .. 'members')
    for index = 1, #members, 2 do
      local player = members[index]
      local last = there[player] and now or math.max(seen[player] or 0, cjson.decode(members[index + 1]).at)
      if now - last < 7 * DAY_MS then active = active + 1
      elseif now - last < 14 * DAY_MS then leaving[#leaving + 1] = { player, last } end
    end
    table.sort(leaving, function(one, other) return one[2] < other[2] or (one[2] == other[2] and one[1] < other[1]) end)
    local profiles = {}
    for index = 1, math.min(NAMED, #leaving) do profiles[index] = redis.call('HGET', owner .. 'profiles', leaving[index][1]) or '' end
    return { 'ok', redis.call('GET', owner .. 'weeks') or '', redis.call('HGET', owner .. 'info', 'name'), #requests_since(owner, now), active, #leaving, profiles }
  end)
end
