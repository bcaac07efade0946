CREATE FUNCTION amendment_refuses() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION USING MESSAGE = 'amendment is insert-only'; END $$;
CREATE FUNCTION decision_ledger_refuses() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN RAISE EXCEPTION USING MESSAGE = 'decision_ledger is insert-only, each line after the last'; END IF;
  IF NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM decision_ledger) OR NEW.prev <> coalesce((SELECT hash FROM decision_ledger ORDER BY seq DESC LIMIT 1), '0000000000000000000000000000000000000000000000000000000000000000') THEN RAISE EXCEPTION USING MESSAGE = 'decision_ledger is insert-only, each line after the last'; END IF;
  RETURN NEW;
END $$;
CREATE TABLE access_log (
    seq integer NOT NULL,
    at timestamp with time zone NOT NULL,
    actor text NOT NULL,
    what text NOT NULL,
    subject text NOT NULL,
    outcome text NOT NULL
);
CREATE SEQUENCE access_log_seq_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE access_log_seq_seq OWNED BY access_log.seq;
CREATE TABLE amendment (
    seq integer NOT NULL,
    at text NOT NULL,
    action text NOT NULL,
    source_sha256 text NOT NULL,
    source_name text NOT NULL,
    publication text NOT NULL,
    sheet text NOT NULL,
    "row" integer NOT NULL,
    cells text NOT NULL,
    actor text NOT NULL,
    recorded_by text NOT NULL,
    reason text NOT NULL,
    until text NOT NULL
);
CREATE SEQUENCE amendment_seq_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE amendment_seq_seq OWNED BY amendment.seq;
CREATE TABLE area_score (
    lane text NOT NULL,
    partition_key text NOT NULL,
    area_code text NOT NULL,
    area text NOT NULL,
    domain text NOT NULL,
    ccg_code text NOT NULL,
    score double precision,
    n_used integer NOT NULL,
    n_expected integer NOT NULL,
    note text NOT NULL,
    why_no_score text NOT NULL,
    lower_95 double precision,
    upper_95 double precision,
    against_reference text NOT NULL,
    p_above_reference double precision,
    p_at_reference double precision,
    p_below_reference double precision,
    is_told_apart boolean NOT NULL,
    to_better double precision,
    nearest_indicator text NOT NULL,
    nearest_to_better double precision,
    nearest_people double precision,
    rank integer,
    rank_lower_95 integer,
    rank_upper_95 integer,
    n_not_told_apart integer,
    p_top_10 double precision,
    p_bottom_10 double precision,
    is_official boolean NOT NULL,
    is_made_up boolean NOT NULL
);
CREATE TABLE candidate_rating (
    lane text NOT NULL,
    partition_key text NOT NULL,
    panel text NOT NULL,
    area_code text NOT NULL,
    ccg_code text NOT NULL,
    grade integer,
    rating text NOT NULL,
    score double precision,
    n_used integer NOT NULL,
    n_expected integer NOT NULL,
    rule text NOT NULL,
    detail text NOT NULL,
    why_no_rating text NOT NULL,
    lower_95 double precision,
    upper_95 double precision,
    p_grade_1 double precision,
    p_grade_2 double precision,
    p_grade_3 double precision,
    p_grade_4 double precision,
    best_grade_95 integer,
    worst_grade_95 integer,
    neighbour_grade integer,
    p_own_grade_by_both double precision,
    is_told_apart boolean NOT NULL,
    to_better double precision,
    nearest_indicator text NOT NULL,
    nearest_to_better double precision,
    nearest_people double precision,
    is_made_up boolean NOT NULL
);
CREATE TABLE certainty (
    lane text NOT NULL,
    partition_key text NOT NULL,
    measure text NOT NULL,
    code text NOT NULL,
    ccg_code text NOT NULL,
    lower_95 double precision,
    upper_95 double precision,
    against_reference text NOT NULL,
    p_above_reference double precision,
    p_at_reference double precision,
    p_below_reference double precision,
    p_grade_1 double precision,
    p_grade_2 double precision,
    p_grade_3 double precision,
    p_grade_4 double precision,
    best_grade_95 integer,
    worst_grade_95 integer,
    neighbour_grade integer,
    p_own_grade_by_both double precision,
    is_told_apart boolean NOT NULL,
    to_better double precision,
    nearest_indicator text NOT NULL,
    nearest_to_better double precision,
    nearest_people double precision,
    bands_to_better double precision,
    rank integer,
    rank_lower_95 integer,
    rank_upper_95 integer,
    n_not_told_apart integer,
    p_top_10 double precision,
    p_bottom_10 double precision,
    is_made_up boolean NOT NULL
);
CREATE TABLE database_kind (
    "only" integer NOT NULL,
    kind text NOT NULL,
    decided_by text NOT NULL
);
CREATE SEQUENCE database_kind_only_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE database_kind_only_seq OWNED BY database_kind."only";
CREATE TABLE decision_ledger (
    seq integer NOT NULL,
    prev text NOT NULL,
    hash text NOT NULL,
    at text NOT NULL,
    panel text NOT NULL,
    lane text NOT NULL,
    partition_key text NOT NULL,
    serial integer NOT NULL,
    decision text NOT NULL,
    subject_sha256 text NOT NULL,
    actor text NOT NULL,
    role text NOT NULL,
    meaning text NOT NULL,
    interests text NOT NULL,
    reason text NOT NULL,
    via text NOT NULL,
    terms_version text NOT NULL,
    about text DEFAULT ''::text NOT NULL,
    item text DEFAULT ''::text NOT NULL,
    before text DEFAULT ''::text NOT NULL,
    after text DEFAULT ''::text NOT NULL,
    minuted_on text DEFAULT ''::text NOT NULL,
    minutes_sha256 text DEFAULT ''::text NOT NULL,
    recorded_by text DEFAULT ''::text NOT NULL,
    record_sha256 text DEFAULT ''::text NOT NULL
);
CREATE TABLE gate (
    lane text NOT NULL,
    partition_key text NOT NULL,
    panel text NOT NULL,
    state text NOT NULL,
    subject_sha256 text NOT NULL,
    round text NOT NULL,
    last_line text NOT NULL,
    n_approvals integer NOT NULL,
    quorum integer NOT NULL,
    missing text NOT NULL,
    is_made_up boolean NOT NULL
);
CREATE TABLE indicator_band (
    lane text NOT NULL,
    partition_key text NOT NULL,
    indicator_code text NOT NULL,
    area_code text NOT NULL,
    ccg_code text NOT NULL,
    period_start date,
    period_end date,
    numerator double precision,
    denominator double precision,
    value double precision,
    lower_95 double precision,
    upper_95 double precision,
    judgement text NOT NULL,
    status text NOT NULL,
    direction text NOT NULL,
    reference_value double precision,
    reference_basis text NOT NULL,
    reference_provenance text NOT NULL,
    standard_error double precision,
    z double precision,
    limits text NOT NULL,
    phi double precision,
    tau2 double precision,
    band integer,
    points double precision,
    why_no_band text NOT NULL,
    publication text NOT NULL,
    source_name text NOT NULL,
    source_sha256 text NOT NULL,
    sheet text NOT NULL,
    cell text NOT NULL,
    note text NOT NULL,
    layout text NOT NULL,
    is_made_up boolean NOT NULL
);
CREATE TABLE kept (
    sha256 text NOT NULL,
    part text NOT NULL,
    content text NOT NULL
);
CREATE TABLE lane_fingerprint (
    lane text NOT NULL,
    partition_key text NOT NULL,
    part text NOT NULL,
    sha256 text NOT NULL,
    launched_by text NOT NULL,
    is_made_up boolean NOT NULL
);
CREATE TABLE notice (
    id text NOT NULL,
    key text NOT NULL,
    channel text NOT NULL,
    recipient text NOT NULL,
    kind text NOT NULL,
    happened_at timestamp with time zone NOT NULL,
    subject text NOT NULL,
    text text NOT NULL,
    link text NOT NULL,
    state text NOT NULL,
    attempts integer NOT NULL,
    next_at timestamp with time zone NOT NULL,
    lease text NOT NULL,
    error text NOT NULL
);
CREATE TABLE observation (
    partition_key text NOT NULL,
    indicator_code text NOT NULL,
    organisation_code text NOT NULL,
    organisation_kind text NOT NULL,
    period_start date,
    period_end date,
    numerator double precision,
    denominator double precision,
    value double precision,
    lower_95 double precision,
    upper_95 double precision,
    judgement text NOT NULL,
    status text NOT NULL,
    note text NOT NULL,
    publication text NOT NULL,
    source_sha256 text NOT NULL,
    source_name text NOT NULL,
    sheet text NOT NULL,
    cell text NOT NULL,
    published_on date,
    revised_on date,
    dates_provenance text NOT NULL,
    layout text NOT NULL,
    is_made_up boolean NOT NULL
);
CREATE TABLE observed (
    partition_key text NOT NULL
);
CREATE TABLE overall_rating (
    lane text NOT NULL,
    partition_key text NOT NULL,
    ccg_code text NOT NULL,
    performance_score double precision,
    n_performance_used integer NOT NULL,
    n_performance_expected integer NOT NULL,
    leadership_judgement text NOT NULL,
    leadership_points double precision,
    finance_judgement text NOT NULL,
    finance_points double precision,
    weight_used double precision,
    overall_score double precision,
    grade integer,
    rating text NOT NULL,
    why_no_rating text NOT NULL,
    lower_95 double precision,
    upper_95 double precision,
    p_grade_1 double precision,
    p_grade_2 double precision,
    p_grade_3 double precision,
    p_grade_4 double precision,
    best_grade_95 integer,
    worst_grade_95 integer,
    neighbour_grade integer,
    p_own_grade_by_both double precision,
    is_told_apart boolean NOT NULL,
    to_better double precision,
    nearest_indicator text NOT NULL,
    nearest_to_better double precision,
    nearest_people double precision,
    bands_to_better double precision,
    rank integer,
    rank_lower_95 integer,
    rank_upper_95 integer,
    n_not_told_apart integer,
    p_top_10 double precision,
    p_bottom_10 double precision,
    is_made_up boolean NOT NULL
);
CREATE TABLE plausibility (
    partition_key text NOT NULL,
    suite text NOT NULL,
    expectation text NOT NULL,
    title text NOT NULL,
    severity text NOT NULL,
    indicator_code text NOT NULL,
    period_end date,
    holds boolean NOT NULL,
    observed text NOT NULL,
    failing text NOT NULL,
    is_made_up boolean NOT NULL
);
CREATE TABLE quarantine (
    partition_key text NOT NULL,
    source_sha256 text NOT NULL,
    source_name text NOT NULL,
    publication text NOT NULL,
    sheet text NOT NULL,
    "row" integer NOT NULL,
    indicator_code text NOT NULL,
    organisation_code text NOT NULL,
    period_end date,
    reasons text NOT NULL,
    refused_by text NOT NULL,
    raw text NOT NULL,
    is_made_up boolean NOT NULL
);
CREATE TABLE release (
    lane text NOT NULL,
    partition_key text NOT NULL,
    serial integer NOT NULL,
    sha256 text NOT NULL,
    header text NOT NULL
);
CREATE TABLE release_time (
    lane text NOT NULL,
    partition_key text NOT NULL,
    serial integer NOT NULL,
    at text NOT NULL
);
CREATE TABLE room_remembered (
    key text NOT NULL,
    content text NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE source_file (
    sha256 text NOT NULL,
    name text NOT NULL,
    publication text NOT NULL,
    layout text NOT NULL,
    state text NOT NULL,
    refusal text NOT NULL,
    read_by text NOT NULL,
    months text NOT NULL,
    published_on date,
    revised_on date,
    dates_provenance text NOT NULL,
    size_bytes integer NOT NULL,
    rows_read integer NOT NULL,
    rows_used integer NOT NULL,
    rows_not_asked_for integer NOT NULL,
    rows_not_an_organisation integer NOT NULL,
    rows_quarantined integer NOT NULL,
    is_made_up boolean NOT NULL
);
CREATE TABLE source_observation (
    partition_key text NOT NULL,
    indicator_code text NOT NULL,
    organisation_code text NOT NULL,
    organisation_kind text NOT NULL,
    period_start date,
    period_end date,
    numerator double precision,
    denominator double precision,
    value double precision,
    lower_95 double precision,
    upper_95 double precision,
    judgement text NOT NULL,
    status text NOT NULL,
    note text NOT NULL,
    publication text NOT NULL,
    source_sha256 text NOT NULL,
    source_name text NOT NULL,
    sheet text NOT NULL,
    cell text NOT NULL,
    published_on date,
    revised_on date,
    dates_provenance text NOT NULL,
    layout text NOT NULL,
    is_made_up boolean NOT NULL
);
ALTER TABLE ONLY access_log ALTER COLUMN seq SET DEFAULT nextval('access_log_seq_seq'::regclass);
ALTER TABLE ONLY amendment ALTER COLUMN seq SET DEFAULT nextval('amendment_seq_seq'::regclass);
ALTER TABLE ONLY database_kind ALTER COLUMN "only" SET DEFAULT nextval('database_kind_only_seq'::regclass);
INSERT INTO access_log VALUES (1, '2026-11-29 04:09:16.830357+08:45', 'chair@panel.example', 'show 02N', 'interim 2017-03', 'shown');
INSERT INTO amendment VALUES (1, '2017-04-05T00:00:00Z', 'waive', 'abababababababababababababababababababababababababababababababab', 'a.xls', 'p', '', 9, '{}', 'a@b.c', 'root', 'r', '2017-12-31');
INSERT INTO area_score VALUES ('interim', '2017-02', 'A', '', '', '010', 1, 0, 0, '', '', NULL, NULL, '', NULL, NULL, NULL, true, NULL, '', NULL, NULL, 0, 0, 0, 0, NULL, NULL, true, true);
INSERT INTO area_score VALUES ('interim', '2017-02', 'A', '', '', '011', 1, 0, 0, '', '', NULL, NULL, '', NULL, NULL, NULL, true, NULL, '', NULL, NULL, 0, 0, 0, 0, NULL, NULL, true, true);
INSERT INTO area_score VALUES ('interim', '2017-02', 'B', '', '', '010', 1, 0, 0, '', '', NULL, NULL, '', NULL, NULL, NULL, true, NULL, '', NULL, NULL, 0, 0, 0, 0, NULL, NULL, true, true);
INSERT INTO area_score VALUES ('interim', '2017-02', 'B', '', '', '011', 1, 0, 0, '', '', NULL, NULL, '', NULL, NULL, NULL, true, NULL, '', NULL, NULL, 0, 0, 0, 0, NULL, NULL, true, true);
INSERT INTO area_score VALUES ('interim', '2017-03', 'A', '', '', '010', 1, 0, 0, '', '', NULL, NULL, '', NULL, NULL, NULL, true, NULL, '', NULL, NULL, 0, 0, 0, 0, NULL, NULL, true, true);
INSERT INTO area_score VALUES ('interim', '2017-03', 'A', '', '', '011', 1, 0, 0, '', '', NULL, NULL, '', NULL, NULL, NULL, true, NULL, '', NULL, NULL, 0, 0, 0, 0, NULL, NULL, true, true);
INSERT INTO area_score VALUES ('interim', '2017-03', 'B', '', '', '010', 1, 0, 0, '', '', NULL, NULL, '', NULL, NULL, NULL, true, NULL, '', NULL, NULL, 0, 0, 0, 0, NULL, NULL, true, true);
INSERT INTO area_score VALUES ('interim', '2017-03', 'B', '', '', '011', 1, 0, 0, '', '', NULL, NULL, '', NULL, NULL, NULL, true, NULL, '', NULL, NULL, 0, 0, 0, 0, NULL, NULL, true, true);
INSERT INTO database_kind VALUES (1, 'made_up', 'a.xls');
INSERT INTO decision_ledger VALUES (1, '0000000000000000000000000000000000000000000000000000000000000000', 'e66f06cb23f06a656be0b85ef50e400e36f488d955918c15f31d7024c2679eaa', '2017-04-05T09:00:00.123456Z', 'cancer', 'interim', '2017-03', 1, 'open', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'engineer@data.example', 'pipeline', 'This table is laid before the panel.', '', '', 'pipeline', '0195a937a474e681ba91e71fd0695f87f73767ffaa52d0c27bb2c98015d512a4', '', '', '', '', '', '', '', '');
INSERT INTO decision_ledger VALUES (2, 'e66f06cb23f06a656be0b85ef50e400e36f488d955918c15f31d7024c2679eaa', 'f418ec9e17d110651c1789fdb0209e58bd093e126e99e6f02781e4b40d582316', '2017-04-05T09:00:01.123456Z', 'cancer', 'interim', '2017-03', 1, 'approve', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'm1@panel.example', 'member', 'I have examined this table and verify its ratings for publication.', 'none', '', 'cli', '0195a937a474e681ba91e71fd0695f87f73767ffaa52d0c27bb2c98015d512a4', '', '', '', '', '', '', '', '');
INSERT INTO decision_ledger VALUES (3, 'f418ec9e17d110651c1789fdb0209e58bd093e126e99e6f02781e4b40d582316', 'a1734e0642795b0db0e93e5e78be5f3c18a35e3c70090b3cbe7b02e3507faaf7', '2017-04-05T09:00:02.123456Z', 'cancer', 'interim', '2017-03', 1, 'return', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'm2@panel.example', 'member', 'I return this table to those who made it, for the reason given.', 'none', 'a reason', 'cli', '0195a937a474e681ba91e71fd0695f87f73767ffaa52d0c27bb2c98015d512a4', '', '', '', '', '', '', '', '');
INSERT INTO decision_ledger VALUES (4, 'a1734e0642795b0db0e93e5e78be5f3c18a35e3c70090b3cbe7b02e3507faaf7', '6519522df89a62911037bb515b2b13ef319e2199c2d35d144c5002abefe333f5', '2017-04-05T09:00:03.123456Z', 'cancer', 'interim', '2017-03', 2, 'open', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'engineer@data.example', 'pipeline', 'This table is laid before the panel.', '', '', 'pipeline', '0195a937a474e681ba91e71fd0695f87f73767ffaa52d0c27bb2c98015d512a4', '', '', '', '', '', '', '', '');
INSERT INTO decision_ledger VALUES (5, '6519522df89a62911037bb515b2b13ef319e2199c2d35d144c5002abefe333f5', '70c8a91cb4363669a74b5233b315c2d2a675c0488246e23ee3b1e36e87f44607', '2017-04-05T09:00:04.123456Z', 'cancer', 'interim', '2017-03', 2, 'approve', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'chair@panel.example', 'chair', 'I have examined this table and verify its ratings for publication.', 'none', '', 'cli', '0195a937a474e681ba91e71fd0695f87f73767ffaa52d0c27bb2c98015d512a4', '', '', '', '', '', '', '', '');
INSERT INTO decision_ledger VALUES (6, '70c8a91cb4363669a74b5233b315c2d2a675c0488246e23ee3b1e36e87f44607', 'bf0901d68a0b2b8bd121d6fbd1fb6766ff9add3611b9c0fedcce6d4319a051fe', '2017-04-05T09:00:05.123456Z', 'cancer', 'interim', '2017-03', 2, 'approve', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'm1@panel.example', 'member', 'I have examined this table and verify its ratings for publication.', 'none', '', 'cli', '0195a937a474e681ba91e71fd0695f87f73767ffaa52d0c27bb2c98015d512a4', '', '', '', '', '', '', '', '');
INSERT INTO decision_ledger VALUES (7, 'bf0901d68a0b2b8bd121d6fbd1fb6766ff9add3611b9c0fedcce6d4319a051fe', '169aeaa67c3eb0a1fee9e4ed32b6b872dedbf9b05dbce0329a414df6e35de787', '2017-04-05T09:00:06.123456Z', 'cancer', 'interim', '2017-03', 2, 'approve', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'deputy@panel.example', 'deputy', 'I have examined this table and verify its ratings for publication.', 'none', '', 'cli', '0195a937a474e681ba91e71fd0695f87f73767ffaa52d0c27bb2c98015d512a4', '', '', '', '', '', '', '', '');
INSERT INTO decision_ledger VALUES (8, '169aeaa67c3eb0a1fee9e4ed32b6b872dedbf9b05dbce0329a414df6e35de787', '9d2a904465f6f54c8283057d975ce97fca390d7195e575561ffcfb25eb7d7b8a', '2017-04-05T09:00:07.123456Z', 'cancer', 'interim', '2017-03', 2, 'withdraw', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'm3@panel.example', 'member', 'I withdraw the panel''s verification: what was published of this table is to be taken out.', 'none', 'a reason', 'cli', '0195a937a474e681ba91e71fd0695f87f73767ffaa52d0c27bb2c98015d512a4', '', '', '', '', '', '', '', '');
INSERT INTO indicator_band VALUES ('interim', '2017-03', '129a', '', '01C', NULL, '2017-03-31', NULL, NULL, NULL, NULL, NULL, '', '', '', NULL, '', '', NULL, NULL, '', NULL, NULL, 0, NULL, '', '', '', '', '', '', '', '', true);
INSERT INTO indicator_band VALUES ('interim', '2017-03', '129a', '', '01D', NULL, '2017-03-31', NULL, NULL, NULL, NULL, NULL, '', '', '', NULL, '', '', NULL, NULL, '', NULL, NULL, NULL, NULL, '', '', '', '', '', '', '', '', true);
INSERT INTO indicator_band VALUES ('interim', '2017-03', '129a', '', '01E', NULL, '2017-03-31', NULL, NULL, NULL, NULL, NULL, '', '', '', NULL, '', '', NULL, NULL, '', NULL, NULL, 2, NULL, '', '', '', '', '', '', '', '', true);
INSERT INTO observation VALUES ('2017-03', '129a', '01C', '', NULL, '2017-03-31', 0, 3, 0.3333333333333333, NULL, NULL, '', '', '', '', '', '', '', '', NULL, NULL, '', '', true);
INSERT INTO observation VALUES ('2017-03', '129a', '01D', '', NULL, '2017-03-31', NULL, NULL, NULL, NULL, NULL, '', 'suppressed', '', '', '', '', '', '', NULL, NULL, '', '', false);
INSERT INTO observation VALUES ('2017-03', '129a', '01E', '', NULL, '2017-03-31', NULL, NULL, -1e-300, NULL, NULL, '', '', 'naïve – O''Brien; DROP "%s" :x ?
2', '', '', '', '', '', NULL, NULL, '', '', true);
INSERT INTO observation VALUES ('2017-03', '129a', '01F', '', NULL, '2017-03-31', NULL, NULL, 1.7976931348623157e+308, NULL, NULL, '', '', '', '', '', '', '', '', '2017-05-11', NULL, '', '', true);
INSERT INTO observation VALUES ('2017-03', '129a', '01G', '', NULL, '2017-03-31', NULL, NULL, 0.30000000000000004, NULL, NULL, '', '', '', '', '', '', '', '', NULL, NULL, '', '', true);
INSERT INTO quarantine VALUES ('', 'abababababababababababababababababababababababababababababababab', '', '', '', 9, '', '', NULL, '', '', '{"a": "*"}', true);
INSERT INTO quarantine VALUES ('', 'abababababababababababababababababababababababababababababababab', '', '', '', 14, '', '', NULL, '', '', '{"a": "*"}', true);
INSERT INTO quarantine VALUES ('', 'abababababababababababababababababababababababababababababababab', '', '', '', 30, '', '', NULL, '', '', '{"a": "*"}', true);
SELECT pg_catalog.setval('access_log_seq_seq', 1, true);
SELECT pg_catalog.setval('amendment_seq_seq', 1, true);
SELECT pg_catalog.setval('database_kind_only_seq', 1, false);
ALTER TABLE ONLY access_log
    ADD CONSTRAINT access_log_pkey PRIMARY KEY (seq);
ALTER TABLE ONLY amendment
    ADD CONSTRAINT amendment_pkey PRIMARY KEY (seq);
ALTER TABLE ONLY database_kind
    ADD CONSTRAINT database_kind_pkey PRIMARY KEY ("only");
ALTER TABLE ONLY decision_ledger
    ADD CONSTRAINT decision_ledger_hash_key UNIQUE (hash);
ALTER TABLE ONLY decision_ledger
    ADD CONSTRAINT decision_ledger_pkey PRIMARY KEY (seq);
ALTER TABLE ONLY decision_ledger
    ADD CONSTRAINT decision_ledger_prev_key UNIQUE (prev);
ALTER TABLE ONLY kept
    ADD CONSTRAINT kept_pkey PRIMARY KEY (sha256);
ALTER TABLE ONLY notice
    ADD CONSTRAINT notice_pkey PRIMARY KEY (id);
ALTER TABLE ONLY observed
    ADD CONSTRAINT observed_pkey PRIMARY KEY (partition_key);
ALTER TABLE ONLY release
    ADD CONSTRAINT release_pkey PRIMARY KEY (lane, partition_key, serial);
ALTER TABLE ONLY release_time
    ADD CONSTRAINT release_time_pkey PRIMARY KEY (lane, partition_key, serial);
ALTER TABLE ONLY room_remembered
    ADD CONSTRAINT room_remembered_pkey PRIMARY KEY (key);
ALTER TABLE ONLY source_file
    ADD CONSTRAINT source_file_pkey PRIMARY KEY (sha256, name);
CREATE INDEX ix_area_score_partition ON area_score USING btree (lane, partition_key);
CREATE INDEX ix_candidate_rating_partition ON candidate_rating USING btree (lane, partition_key);
CREATE INDEX ix_certainty_partition ON certainty USING btree (lane, partition_key);
CREATE INDEX ix_decision_ledger_round ON decision_ledger USING btree (panel, lane, partition_key);
CREATE INDEX ix_gate_partition ON gate USING btree (lane, partition_key);
CREATE INDEX ix_indicator_band_partition ON indicator_band USING btree (lane, partition_key);
CREATE INDEX ix_lane_fingerprint_partition ON lane_fingerprint USING btree (lane, partition_key);
CREATE INDEX ix_notice_state ON notice USING btree (state, next_at);
CREATE INDEX ix_observation_partition ON observation USING btree (partition_key, publication);
CREATE INDEX ix_overall_rating_partition ON overall_rating USING btree (lane, partition_key);
CREATE INDEX ix_plausibility_indicator ON plausibility USING btree (indicator_code, period_end);
CREATE INDEX ix_quarantine_partition ON quarantine USING btree (partition_key, publication);
CREATE INDEX ix_room_remembered_expires_at ON room_remembered USING btree (expires_at);
CREATE INDEX ix_source_observation_partition ON source_observation USING btree (partition_key, publication);
CREATE TRIGGER amendment_change BEFORE DELETE OR UPDATE OR TRUNCATE ON amendment FOR EACH STATEMENT EXECUTE FUNCTION amendment_refuses();
CREATE TRIGGER decision_ledger_change BEFORE DELETE OR UPDATE OR TRUNCATE ON decision_ledger FOR EACH STATEMENT EXECUTE FUNCTION decision_ledger_refuses();
CREATE TRIGGER decision_ledger_insert BEFORE INSERT ON decision_ledger FOR EACH ROW EXECUTE FUNCTION decision_ledger_refuses();
