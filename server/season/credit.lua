-- Seasons as guilds' books keep them. Parts of a guild's owner:
--   book                  of points.lua, also: season (in which its points are counted; none until the first movement of a season, and after the season was closed),
--                         seasonEarned (what was earned in it, by the rule of `earned`), seasonFrom (how many entries the book had before)
--   contribution:<season> hash    player -> points he brought in that season
--   absent:<season>       set     who had brought points but was no member any more when the season was closed
--   seasons               hash    season -> '<points>:<seasonFrom>:<state>:<when (ms)>:<rank>:<place>' of seasons the book is not in any more; state o: may be gone on with,
--                                 f: fenced, so that it never changes; p: fenced and rewarded
-- and of a bucket:
--   plan                  string  '<version>;<season>,<from>,<until>;…' of the seasons that are planned or running (ms); see season_tell
--   season:<id>:guilds    list    guilds with a movement in that season, each once
-- A movement counts for the season that the clock of its bucket says, if the bucket has been told of it.

-- The season of a moment in a bucket; nil: none.
local function season_at(bucket, now)
  local plan = redis.call('GET', bucket .. 'plan')
  if not plan then return nil end
  for season, from, til in string.gmatch(plan, '([%w_-]+),(%d+),(%d+)') do
    if now >= tonumber(from) and now < tonumber(til) then return season end
  end
  return nil
end

local function season_row(owner, season)
  local points, from, state, at, rank, place = string.match(redis.call('HGET', owner .. 'seasons', season) or '', '^(%d+):(%d+):(%a):(%d*):(%d*):(%d*)$')
  if not points then return nil end
  return { points = points, from = from, state = state, at = at, rank = rank, place = place }
end

local function keep_season_row(owner, season, row)
  redis.call('HSET', owner .. 'seasons', season, row.points .. ':' .. row.from .. ':' .. row.state .. ':' .. row.at .. ':' .. row.rank .. ':' .. row.place)
end

-- What a movement means for a season, without writing: nil (it counts in none), or {season, was (the season the book is in), earned, from, brought (nil: no member),
-- is_new (the guild has had no movement in it)}. `m` is that of move_points; `member`: who brought it ('' nobody); `stored`: season, seasonEarned and seasonFrom of the book; `count`: its entries so far.
local function season_of_movement(owner, bucket, m, member, stored, count)
  if m.beside_season then return nil end
  local season = season_at(bucket, m.now)
  if not season then return nil end
  local credit = { season = season, was = stored[1] or nil, earned = tonumber(stored[2] or '0'), from = tonumber(stored[3] or '0') }
  if credit.was ~= season then
    local row = season_row(owner, season)
    if row and row.state ~= 'o' then return nil end
    credit.earned, credit.from, credit.is_new = tonumber(row and row.points or '0'), tonumber(row and row.from or int(count)), not row
  end
  -- What is taken back of an earlier season changes nothing in this one, nor does spending that is given back.
  if m.of and not (m.of_entry and tonumber(string.match(m.of_entry, '%d+$')) > credit.from) then return nil end
  if m.of then credit.earned = credit.earned + math.min(0, m.amount) elseif not m.with then credit.earned = credit.earned + math.max(0, m.amount) end
  if member ~= '' then credit.brought = tonumber(redis.call('HGET', owner .. 'contribution:' .. season, member) or '0') + m.amount end
  return credit
end

-- Writes what season_of_movement said.
local function credit_season(owner, bucket, guild, member, credit)
  local season = credit.season
  if credit.was ~= season then
    if credit.was then
      local book = redis.call('HMGET', owner .. 'book', 'seasonEarned', 'seasonFrom')
      keep_season_row(owner, credit.was, { points = book[1], from = book[2], state = 'o', at = '', rank = '', place = '' })
    end
    if credit.is_new then redis.call('RPUSH', bucket .. 'season:' .. season .. ':guilds', guild) end
  end
  redis.call('HSET', owner .. 'book', 'season', season, 'seasonEarned', int(credit.earned), 'seasonFrom', int(credit.from))
  if credit.brought then redis.call('HSET', owner .. 'contribution:' .. season, member, int(credit.brought)) end
end

-- What a book says of the seasons in which nothing was rewarded yet; for points_book.
local function seasons_of(owner, bucket)
  local reply = {}
  local function add(season, runs, points, from)
    for _, value in ipairs({ season, runs, points, from, redis.call('HGETALL', owner .. 'contribution:' .. season) }) do reply[#reply + 1] = value end
  end
  local book = redis.call('HMGET', owner .. 'book', 'season', 'seasonEarned', 'seasonFrom')
  if book[1] then add(book[1], season_at(bucket, now_ms()) == book[1] and '1' or '0', book[2], book[3]) end
  for _, season in ipairs(redis.call('HKEYS', owner .. 'seasons')) do
    local row = season ~= book[1] and season_row(owner, season)
    if row and row.state ~= 'p' then add(season, '0', row.points, row.from) end
  end
  return reply
end
