-- Seasons: what they are, and how they are closed. Parts of the owner 'ranking' (see ../ranking/ranking.lua):
--   seasons      sorted set  season -> when it begins (ms)
--   season:<id>  hash        d (JSON of what the studio said), print, startsAt, endsAt, state (planned, running, closing, ranked, paying, closed), since (when the state began),
--                            step (rises with every step, so that of two who take the same one does), and how far the state has come: bucket, place, pass, again (when
--                            the next pass may begin), youngest (the age of the newest thing seen in this pass), and what came of it: guilds, guildPoints, members, memberPoints
--   names:<id>   hash        guild -> JSON [name, tag] of the first ones of a closed season
--   planned      string      version of the plan that buckets are told; one made later is higher, also after Redis lost its end
--   closer       string      who works on closing, until it expires; only spares work

do
  local MOST_ROWS = 10000

  local function season_key(owner, season)
    return owner .. 'season:' .. season
  end

  local function is_open(state)
    return state == 'planned' or state == 'running'
  end

  local function is_over(state)
    return state == 'closed'
  end

  local function plan_of(owner)
    local parts = { redis.call('GET', owner .. 'planned') or '0' }
    for _, season in ipairs(redis.call('ZRANGE', owner .. 'seasons', 0, -1)) do
      local row = redis.call('HMGET', season_key(owner, season), 'state', 'startsAt', 'endsAt')
      if is_open(row[1]) then parts[#parts + 1] = season .. ',' .. row[2] .. ',' .. row[3] end
    end
    return table.concat(parts, ';')
  end

  local function plan_anew(owner)
    redis.call('SET', owner .. 'planned', int(next_epoch(tonumber(redis.call('GET', owner .. 'planned') or '0'))))
  end

  -- season_put: plans a season, or changes one that is not over; when a season has begun its beginning stays.
  -- ARGV: 1 season, 2 what the studio said (JSON), 3 when it begins, 4 when it ends (ms), 5 print of the request
  -- Reply: {'ok', plan}; the same request again changes nothing
  -- Errors: {'season-overlaps'} (another one that is not closed), {'season-settled'} (it has begun at another time, or is over), {'bad-request'} (it would be over)
  command('season_put', function(keys, argv)
    local owner, season, from, til, now = keys[1], argv[1], tonumber(argv[3]), tonumber(argv[4]), now_ms()
    local key = season_key(owner, season)
    local stored = redis.call('HMGET', key, 'print', 'state', 'startsAt', 'endsAt')
    if stored[1] == argv[5] then return { 'ok', plan_of(owner) } end
    if stored[1] then
      if not is_open(stored[2]) or now >= tonumber(stored[4]) then return { 'season-settled' } end
      if now >= tonumber(stored[3]) and stored[3] ~= argv[3] then return { 'season-settled' } end
    end
    if til <= now then return { 'bad-request' } end
    for _, other in ipairs(redis.call('ZRANGE', owner .. 'seasons', 0, -1)) do
      local row = redis.call('HMGET', season_key(owner, other), 'state', 'startsAt', 'endsAt')
      if other ~= season and not is_over(row[1]) and from < tonumber(row[3]) and til > tonumber(row[2]) then return { 'season-overlaps' } end
    end
    redis.call('HSET', key, 'd', argv[2], 'print', argv[5], 'startsAt', argv[3], 'endsAt', argv[4])
    if not stored[1] then redis.call('HSET', key, 'state', 'planned', 'since', int(now), 'step', '0') end
    redis.call('ZADD', owner .. 'seasons', argv[3], season)
    plan_anew(owner)
    return { 'ok', plan_of(owner) }
  end)

  -- season_read: seasons as they are, the newest first.
  -- ARGV: 1 season ('' all), 2 most seasons, 3 only those that are not closed (0|1)
  -- Reply: {'ok', now, plan, boot; season, its hash (flat list), …}
  command('season_read', function(keys, argv)
    local owner = keys[1]
    local reply = { 'ok', int(now_ms()), plan_of(owner), boot() }
    local seasons = argv[1] == '' and redis.call('ZREVRANGE', owner .. 'seasons', 0, tonumber(argv[2]) - 1) or { argv[1] }
    for _, season in ipairs(seasons) do
      local row = redis.call('HGETALL', season_key(owner, season))
      if #row > 0 and not (argv[3] == '1' and is_over(redis.call('HGET', season_key(owner, season), 'state'))) then
        reply[#reply + 1] = season
        reply[#reply + 1] = row
      end
    end
    return reply
  end)

  -- season_lease: has one process work on closing.
  -- ARGV: 1 holder, 2 for how long in ms ('0': no longer)   Reply: {'ok'}   Errors: {'held'}
  command('season_lease', function(keys, argv)
    local key = keys[1] .. 'closer'
    local holder = redis.call('GET', key)
    if holder and holder ~= argv[1] then return { 'held' } end
    if argv[2] == '0' then redis.call('DEL', key) else redis.call('SET', key, argv[1], 'PX', argv[2]) end
    return { 'ok' }
  end)

  -- season_replan: makes the plan a newer one than any of a version.
  -- ARGV: 1 version   Reply: {'ok', plan}
  command('season_replan', function(keys, argv)
    local owner = keys[1]
    local version = math.max(tonumber(argv[1]), tonumber(redis.call('GET', owner .. 'planned') or '0'))
    redis.call('SET', owner .. 'planned', int(next_epoch(version)))
    return { 'ok', plan_of(owner) }
  end)

  -- season_tell: tells a bucket the plan, unless it knows a newer one. KEYS: 1 the bucket's prefix.
  -- ARGV: 1 plan   Reply: {'ok'}   Errors: {'newer', its version}
  local function tell(bucket, plan)
    local known = string.match(redis.call('GET', bucket .. 'plan') or '0', '^%d+')
    if tonumber(known) > tonumber(string.match(plan, '^%d+')) then return known end
    redis.call('SET', bucket .. 'plan', plan)
    return nil
  end
  command('season_tell', function(keys, argv)
    local newer = tell(keys[1], argv[1])
    if newer then return { 'newer', newer } end
    return { 'ok' }
  end)

  -- season_fence: from now on nothing changes in a season any more, for guilds of a bucket, whatever its clock says. KEYS: 1 the bucket's prefix.
  -- ARGV: 1 season, 2 plan, which must be without it, 3 from which guild of the season on (0: the first), 4 how many
  -- Reply: {'ok', guilds the season has in the bucket; for each that is there and has points: guild, points, how long ago it was fenced (ms), region, language}
  -- Errors: {'newer', version} (the bucket knows a newer plan), and nothing was fenced
  command('season_fence', function(keys, argv)
    local bucket, season, now = keys[1], argv[1], now_ms()
    local newer = tell(bucket, argv[2])
    if newer then return { 'newer', newer } end
    local list = bucket .. 'season:' .. season .. ':guilds'
    local reply, from = { 'ok', redis.call('LLEN', list) }, tonumber(argv[3])
    for _, guild in ipairs(redis.call('LRANGE', list, from, from + tonumber(argv[4]) - 1)) do
      local owner = bucket .. 'guild:' .. guild .. ':'
      local info = redis.call('HMGET', owner .. 'info', 'name', 'region', 'language')
      local book = redis.call('HMGET', owner .. 'book', 'season', 'seasonEarned', 'seasonFrom')
      local row = season_row(owner, season)
      if info[1] and book[1] == season then
        row = { points = book[2], from = book[3], state = 'o', rank = '', place = '' }
        redis.call('HDEL', owner .. 'book', 'season', 'seasonEarned', 'seasonFrom')
        touch(owner)
      end
      if info[1] and row then
        if row.state == 'o' then
          row.state, row.at = 'f', int(now)
          keep_season_row(owner, season, row)
          for _, player in ipairs(redis.call('HKEYS', owner .. 'contribution:' .. season)) do
            if redis.call('HEXISTS', owner .. 'members', player) == 0 then redis.call('SADD', owner .. 'absent:' .. season, player) end
          end
        end
        if row.points ~= '0' then
          for _, value in ipairs({ guild, row.points, int(now - tonumber(row.at)), info[2] or '', info[3] or '' }) do reply[#reply + 1] = value end
        end
      end
    end
    return reply
  end)

  -- season_step: takes a season a step further, if nobody else has.
  -- ARGV: 1 season, 2 the step it is at, 3 its state from now on, 4 how many values follow for fields of its hash; field, value, …; then guilds for its result: guild,
  --       points, region, language, …
  -- Reply: {'ok', plan}   Errors: {'stale'} (the step is another, or the season is gone), {'early'} (to begin or end it is not time yet)
  command('season_step', function(keys, argv)
    local owner, bucket, season, state, now = keys[1], keys[2], argv[1], argv[3], now_ms()
    local key = season_key(owner, season)
    local stored = redis.call('HMGET', key, 'step', 'state', 'startsAt', 'endsAt')
    if stored[1] ~= argv[2] then return { 'stale' } end
    if state == 'running' and now < tonumber(stored[3]) or state == 'closing' and now < tonumber(stored[4]) then return { 'early' } end
    local values = 4 + tonumber(argv[4])
    for index = 5, values, 2 do redis.call('HSET', key, argv[index], argv[index + 1]) end
    for index = values + 1, #argv, 4 do place_in(owner, 'closed:' .. season, argv[index], argv[index + 1], argv[index + 2], argv[index + 3]) end
    redis.call('HINCRBY', key, 'step', 1)
    if state ~= stored[2] then
      redis.call('HSET', key, 'state', state, 'since', int(now))
      if state == 'running' then happened(bucket, 'season-started', { season = season }) end
      if state == 'closing' then
        plan_anew(owner)
        -- Of a season that was begun and not closed before Redis lost its end.
        drop_scope(owner, 'closed:' .. season)
      end
      if state == 'closed' then
        drop_scope(owner, 'season:' .. season)
        trim_scope(owner, 'closed:' .. season, MOST_ROWS)
        happened(bucket, 'season-closed', { season = season, guilds = tonumber(redis.call('HGET', key, 'guilds') or '0') })
      end
    end
    return { 'ok', plan_of(owner) }
  end)

  -- season_named: keeps what the first guilds of a closed season were called.
  -- ARGV: 1 season; guild, JSON of [name, tag], …   Reply: {'ok'}
  command('season_named', function(keys, argv)
    if #argv > 1 then redis.call('HSET', keys[1] .. 'names:' .. argv[1], unpack(argv, 2)) end
    return { 'ok' }
  end)

  -- season_entitled: who is rewarded for what he brought in a season that was fenced. KEYS are the guild's.
  -- ARGV: 1 season, 2 least points   Reply: {'ok', {player, points, …}}
  command('season_entitled', function(keys, argv)
    local owner, least, found = keys[1], tonumber(argv[2]), {}
    local brought = redis.call('HGETALL', owner .. 'contribution:' .. argv[1])
    for index = 1, #brought, 2 do
      if tonumber(brought[index + 1]) >= least and redis.call('SISMEMBER', owner .. 'absent:' .. argv[1], brought[index]) == 0 then
        found[#found + 1] = brought[index]
        found[#found + 1] = brought[index + 1]
      end
    end
    return { 'ok', found }
  end)

  local function items_of(json)
    return json ~= '' and cjson.decode(json) or nil
  end

  -- season_reward_guild: a guild's own part of a season's end, once: points for its book, an entry that tells its members, an event. KEYS are the guild's.
  -- ARGV: 1 channel, 2 season, 3 rank, 4 place, 5 points it had, 6 points for its book (0: none), 7 JSON of items ('' none), 8 body of the entry (JSON), 9 entries to keep
  -- Reply: {'ok', how long ago it was done (ms), name, tag}   Errors: {'guild-not-found', name and tag of one that has ended}, {'bad-request'} (its book would pass 2^53)
  command('season_reward_guild', function(keys, argv)
    local owner, bucket, channel, season, now = keys[1], keys[2], argv[1], argv[2], now_ms()
    local info = redis.call('HMGET', owner .. 'info', 'name', 'tag')
    if not info[1] then return { 'guild-not-found', unpack(redis.call('HMGET', owner .. 'ended', 'name', 'tag')) } end
    local row = season_row(owner, season) or { from = '0', state = 'f', at = int(now) }
    if row.state == 'p' then return { 'ok', int(now - tonumber(row.at)), info[1], info[2] } end
    local points = tonumber(argv[6])
    if points > 0 then
      local moved, code = move_points(owner, { key = '~season:' .. season .. ':guild', amount = points, reason = 'season ' .. season, print = 'season', now = now,
        beside_season = true })
      if not moved then return { code } end
    end
    row.points, row.state, row.at, row.rank, row.place = argv[5], 'p', int(now), argv[3], argv[4]
    keep_season_row(owner, season, row)
    local state = open_channel(owner, bucket, channel)
    write_entry(owner, bucket, channel, state, { kind = '3', from = '0', body = argv[8], countable = 1, keep = argv[9], now = now })
    mark_news(owner, bucket, channel, state)
    local items = items_of(argv[7])
    if points > 0 or items then
      happened(bucket, 'season-reward', { season = season, guild = guild_of(owner), rank = tonumber(argv[3]), points = points, items = items })
    end
    return { 'ok', '0', info[1], info[2] }
  end)

  -- season_reward_player: a player's reward for what he brought in a season, once. KEYS are the player's.
  -- ARGV: 1 player, 2 season, 3 who had brought it (he, or a guest who is him now), 4 guild, 5 rank of the guild, 6 points for his book (0: none), 7 JSON of items ('' none)
  -- Reply: {'ok', how long ago it was done (ms)}   Errors: {'player-not-found'}, {'player-linked', account}, {'bad-request'} (his book would pass 2^53)
  command('season_reward_player', function(keys, argv)
    local owner, bucket, season, points, now = keys[1], keys[2], argv[2], tonumber(argv[6]), now_ms()
    local mark = argv[3] == argv[1] and season or season .. '|' .. argv[3]
    local at = redis.call('HGET', owner .. 'seasons', mark)
    if at then return { 'ok', int(now - tonumber(at)) } end
    local profile = redis.call('HMGET', owner .. 'profile', 'd', 'to')
    if profile[2] then return { 'player-linked', profile[2] } end
    if not profile[1] then return { 'player-not-found' } end
    if points > 0 then
      local moved, code = move_points(owner, { key = '~season:' .. season .. ':' .. argv[3], amount = points, reason = 'season ' .. season, print = 'season', now = now })
      if not moved then return { code } end
    end
    redis.call('HSET', owner .. 'seasons', mark, int(now))
    local items = items_of(argv[7])
    happened(bucket, 'season-reward', { season = season, guild = argv[4], player = argv[1], rank = tonumber(argv[5]), points = points, items = items })
    return { 'ok', '0' }
  end)

  -- season_standing: how a guild ended in a season. KEYS are the guild's.
  -- ARGV: 1 season   Reply: {'ok', points, rank, place}   Errors: {'not-ranked'}
  command('season_standing', function(keys, argv)
    local row = season_row(keys[1], argv[1])
    if not row or row.state ~= 'p' then return { 'not-ranked' } end
    return { 'ok', row.points, row.rank, row.place }
  end)
end
