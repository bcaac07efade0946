BEGIN TRANSACTION;
CREATE TABLE access_log (
	seq INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	actor TEXT NOT NULL, 
	what TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	outcome TEXT NOT NULL, 
	PRIMARY KEY (seq)
);
INSERT INTO "access_log" VALUES(1,'2026-11-28 19:24:14.934419','chair@panel.example','show 02N','interim 2017-03','shown');
CREATE TABLE amendment (
	seq INTEGER NOT NULL, 
	at TEXT NOT NULL, 
	action TEXT NOT NULL, 
	source_sha256 TEXT NOT NULL, 
	source_name TEXT NOT NULL, 
	publication TEXT NOT NULL, 
	sheet TEXT NOT NULL, 
	"row" INTEGER NOT NULL, 
	cells TEXT NOT NULL, 
	actor TEXT NOT NULL, 
	recorded_by TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	until TEXT NOT NULL, 
	PRIMARY KEY (seq)
);
INSERT INTO "amendment" VALUES(1,'2017-04-05T00:00:00Z','waive','abababababababababababababababababababababababababababababababab','a.xls','p','',9,'{}','a@b.c','root','r','2017-12-31');
CREATE TABLE area_score (
	lane TEXT NOT NULL, 
	partition_key TEXT NOT NULL, 
	area_code TEXT NOT NULL, 
	area TEXT NOT NULL, 
	domain TEXT NOT NULL, 
	ccg_code TEXT NOT NULL, 
	score FLOAT, 
	n_used INTEGER NOT NULL, 
	n_expected INTEGER NOT NULL, 
	note TEXT NOT NULL, 
	why_no_score TEXT NOT NULL, 
	lower_95 FLOAT, 
	upper_95 FLOAT, 
	against_reference TEXT NOT NULL, 
	p_above_reference FLOAT, 
	p_at_reference FLOAT, 
	p_below_reference FLOAT, 
	is_told_apart BOOLEAN NOT NULL, 
	to_better FLOAT, 
	nearest_indicator TEXT NOT NULL, 
	nearest_to_better FLOAT, 
	nearest_people FLOAT, 
	rank INTEGER, 
	rank_lower_95 INTEGER, 
	rank_upper_95 INTEGER, 
	n_not_told_apart INTEGER, 
	p_top_10 FLOAT, 
	p_bottom_10 FLOAT, 
	is_official BOOLEAN NOT NULL, 
	is_made_up BOOLEAN NOT NULL
);
INSERT INTO "area_score" VALUES('interim','2017-02','A','','','010',1.0,0,0,'','',NULL,NULL,'',NULL,NULL,NULL,1,NULL,'',NULL,NULL,0,0,0,0,NULL,NULL,1,1);
INSERT INTO "area_score" VALUES('interim','2017-02','A','','','011',1.0,0,0,'','',NULL,NULL,'',NULL,NULL,NULL,1,NULL,'',NULL,NULL,0,0,0,0,NULL,NULL,1,1);
INSERT INTO "area_score" VALUES('interim','2017-02','B','','','010',1.0,0,0,'','',NULL,NULL,'',NULL,NULL,NULL,1,NULL,'',NULL,NULL,0,0,0,0,NULL,NULL,1,1);
INSERT INTO "area_score" VALUES('interim','2017-02','B','','','011',1.0,0,0,'','',NULL,NULL,'',NULL,NULL,NULL,1,NULL,'',NULL,NULL,0,0,0,0,NULL,NULL,1,1);
INSERT INTO "area_score" VALUES('interim','2017-03','A','','','010',1.0,0,0,'','',NULL,NULL,'',NULL,NULL,NULL,1,NULL,'',NULL,NULL,0,0,0,0,NULL,NULL,1,1);
INSERT INTO "area_score" VALUES('interim','2017-03','A','','','011',1.0,0,0,'','',NULL,NULL,'',NULL,NULL,NULL,1,NULL,'',NULL,NULL,0,0,0,0,NULL,NULL,1,1);
INSERT INTO "area_score" VALUES('interim','2017-03','B','','','010',1.0,0,0,'','',NULL,NULL,'',NULL,NULL,NULL,1,NULL,'',NULL,NULL,0,0,0,0,NULL,NULL,1,1);
INSERT INTO "area_score" VALUES('interim','2017-03','B','','','011',1.0,0,0,'','',NULL,NULL,'',NULL,NULL,NULL,1,NULL,'',NULL,NULL,0,0,0,0,NULL,NULL,1,1);
CREATE TABLE candidate_rating (
	lane TEXT NOT NULL, 
	partition_key TEXT NOT NULL, 
	panel TEXT NOT NULL, 
	area_code TEXT NOT NULL, 
	ccg_code TEXT NOT NULL, 
	grade INTEGER, 
	rating TEXT NOT NULL, 
	score FLOAT, 
	n_used INTEGER NOT NULL, 
	n_expected INTEGER NOT NULL, 
	rule TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	why_no_rating TEXT NOT NULL, 
	lower_95 FLOAT, 
	upper_95 FLOAT, 
	p_grade_1 FLOAT, 
	p_grade_2 FLOAT, 
	p_grade_3 FLOAT, 
	p_grade_4 FLOAT, 
	best_grade_95 INTEGER, 
	worst_grade_95 INTEGER, 
	neighbour_grade INTEGER, 
	p_own_grade_by_both FLOAT, 
	is_told_apart BOOLEAN NOT NULL, 
	to_better FLOAT, 
	nearest_indicator TEXT NOT NULL, 
	nearest_to_better FLOAT, 
	nearest_people FLOAT, 
	is_made_up BOOLEAN NOT NULL
);
CREATE TABLE certainty (
	lane TEXT NOT NULL, 
	partition_key TEXT NOT NULL, 
	measure TEXT NOT NULL, 
	code TEXT NOT NULL, 
	ccg_code TEXT NOT NULL, 
	lower_95 FLOAT, 
	upper_95 FLOAT, 
	against_reference TEXT NOT NULL, 
	p_above_reference FLOAT, 
	p_at_reference FLOAT, 
	p_below_reference FLOAT, 
	p_grade_1 FLOAT, 
	p_grade_2 FLOAT, 
	p_grade_3 FLOAT, 
	p_grade_4 FLOAT, 
	best_grade_95 INTEGER, 
	worst_grade_95 INTEGER, 
	neighbour_grade INTEGER, 
	p_own_grade_by_both FLOAT, 
	is_told_apart BOOLEAN NOT NULL, 
	to_better FLOAT, 
	nearest_indicator TEXT NOT NULL, 
	nearest_to_better FLOAT, 
	nearest_people FLOAT, 
	bands_to_better FLOAT, 
	rank INTEGER, 
	rank_lower_95 INTEGER, 
	rank_upper_95 INTEGER, 
	n_not_told_apart INTEGER, 
	p_top_10 FLOAT, 
	p_bottom_10 FLOAT, 
	is_made_up BOOLEAN NOT NULL
);
CREATE TABLE database_kind (
	only INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	decided_by TEXT NOT NULL, 
	PRIMARY KEY (only)
);
INSERT INTO "database_kind" VALUES(1,'made_up','a.xls');
CREATE TABLE decision_ledger (
	seq INTEGER NOT NULL, 
	prev TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	at TEXT NOT NULL, 
	panel TEXT NOT NULL, 
	lane TEXT NOT NULL, 
	partition_key TEXT NOT NULL, 
	serial INTEGER NOT NULL, 
	decision TEXT NOT NULL, 
	subject_sha256 TEXT NOT NULL, 
	actor TEXT NOT NULL, 
	role TEXT NOT NULL, 
	meaning TEXT NOT NULL, 
	interests TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	via TEXT NOT NULL, 
	terms_version TEXT NOT NULL, 
	about TEXT DEFAULT '' NOT NULL, 
	item TEXT DEFAULT '' NOT NULL, 
	"before" TEXT DEFAULT '' NOT NULL, 
	"after" TEXT DEFAULT '' NOT NULL, 
	minuted_on TEXT DEFAULT '' NOT NULL, 
	minutes_sha256 TEXT DEFAULT '' NOT NULL, 
	recorded_by TEXT DEFAULT '' NOT NULL, 
	record_sha256 TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY (seq), 
	UNIQUE (prev), 
	UNIQUE (hash)
);
INSERT INTO "decision_ledger" VALUES(1,'0000000000000000000000000000000000000000000000000000000000000000','e66f06cb23f06a656be0b85ef50e400e36f488d955918c15f31d7024c2679eaa','2017-04-05T09:00:00.123456Z','cancer','interim','2017-03',1,'open','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','engineer@data.example','pipeline','This table is laid before the panel.','','','pipeline','0195a937a474e681ba91e71fd0695f87f73767ffaa52d0c27bb2c98015d512a4','','','','','','','','');
INSERT INTO "decision_ledger" VALUES(2,'e66f06cb23f06a656be0b85ef50e400e36f488d955918c15f31d7024c2679eaa','f418ec9e17d110651c1789fdb0209e58bd093e126e99e6f02781e4b40d582316','2017-04-05T09:00:01.123456Z','cancer','interim','2017-03',1,'approve','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','m1@panel.example','member','I have examined this table and verify its ratings for publication.','none','','cli','0195a937a474e681ba91e71fd0695f87f73767ffaa52d0c27bb2c98015d512a4','','','','','','','','');
INSERT INTO "decision_ledger" VALUES(3,'f418ec9e17d110651c1789fdb0209e58bd093e126e99e6f02781e4b40d582316','a1734e0642795b0db0e93e5e78be5f3c18a35e3c70090b3cbe7b02e3507faaf7','2017-04-05T09:00:02.123456Z','cancer','interim','2017-03',1,'return','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','m2@panel.example','member','I return this table to those who made it, for the reason given.','none','a reason','cli','0195a937a474e681ba91e71fd0695f87f73767ffaa52d0c27bb2c98015d512a4','','','','','','','','');
INSERT INTO "decision_ledger" VALUES(4,'a1734e0642795b0db0e93e5e78be5f3c18a35e3c70090b3cbe7b02e3507faaf7','6519522df89a62911037bb515b2b13ef319e2199c2d35d144c5002abefe333f5','2017-04-05T09:00:03.123456Z','cancer','interim','2017-03',2,'open','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','engineer@data.example','pipeline','This table is laid before the panel.','','','pipeline','0195a937a474e681ba91e71fd0695f87f73767ffaa52d0c27bb2c98015d512a4','','','','','','','','');
INSERT INTO "decision_ledger" VALUES(5,'6519522df89a62911037bb515b2b13ef319e2199c2d35d144c5002abefe333f5','70c8a91cb4363669a74b5233b315c2d2a675c0488246e23ee3b1e36e87f44607','2017-04-05T09:00:04.123456Z','cancer','interim','2017-03',2,'approve','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','chair@panel.example','chair','I have examined this table and verify its ratings for publication.','none','','cli','0195a937a474e681ba91e71fd0695f87f73767ffaa52d0c27bb2c98015d512a4','','','','','','','','');
INSERT INTO "decision_ledger" VALUES(6,'70c8a91cb4363669a74b5233b315c2d2a675c0488246e23ee3b1e36e87f44607','bf0901d68a0b2b8bd121d6fbd1fb6766ff9add3611b9c0fedcce6d4319a051fe','2017-04-05T09:00:05.123456Z','cancer','interim','2017-03',2,'approve','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','m1@panel.example','member','I have examined this table and verify its ratings for publication.','none','','cli','0195a937a474e681ba91e71fd0695f87f73767ffaa52d0c27bb2c98015d512a4','','','','','','','','');
INSERT INTO "decision_ledger" VALUES(7,'bf0901d68a0b2b8bd121d6fbd1fb6766ff9add3611b9c0fedcce6d4319a051fe','169aeaa67c3eb0a1fee9e4ed32b6b872dedbf9b05dbce0329a414df6e35de787','2017-04-05T09:00:06.123456Z','cancer','interim','2017-03',2,'approve','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','deputy@panel.example','deputy','I have examined this table and verify its ratings for publication.','none','','cli','0195a937a474e681ba91e71fd0695f87f73767ffaa52d0c27bb2c98015d512a4','','','','','','','','');
INSERT INTO "decision_ledger" VALUES(8,'169aeaa67c3eb0a1fee9e4ed32b6b872dedbf9b05dbce0329a414df6e35de787','9d2a904465f6f54c8283057d975ce97fca390d7195e575561ffcfb25eb7d7b8a','2017-04-05T09:00:07.123456Z','cancer','interim','2017-03',2,'withdraw','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','m3@panel.example','member','I withdraw the panel''s verification: what was published of this table is to be taken out.','none','a reason','cli','0195a937a474e681ba91e71fd0695f87f73767ffaa52d0c27bb2c98015d512a4','','','','','','','','');
CREATE TABLE gate (
	lane TEXT NOT NULL, 
	partition_key TEXT NOT NULL, 
	panel TEXT NOT NULL, 
	state TEXT NOT NULL, 
	subject_sha256 TEXT NOT NULL, 
	round TEXT NOT NULL, 
	last_line TEXT NOT NULL, 
	n_approvals INTEGER NOT NULL, 
	quorum INTEGER NOT NULL, 
	missing TEXT NOT NULL, 
	is_made_up BOOLEAN NOT NULL
);
CREATE TABLE indicator_band (
	lane TEXT NOT NULL, 
	partition_key TEXT NOT NULL, 
	indicator_code TEXT NOT NULL, 
	area_code TEXT NOT NULL, 
	ccg_code TEXT NOT NULL, 
	period_start DATE, 
	period_end DATE, 
	numerator FLOAT, 
	denominator FLOAT, 
	value FLOAT, 
	lower_95 FLOAT, 
	upper_95 FLOAT, 
	judgement TEXT NOT NULL, 
	status TEXT NOT NULL, 
	direction TEXT NOT NULL, 
	reference_value FLOAT, 
	reference_basis TEXT NOT NULL, 
	reference_provenance TEXT NOT NULL, 
	standard_error FLOAT, 
	z FLOAT, 
	limits TEXT NOT NULL, 
	phi FLOAT, 
	tau2 FLOAT, 
	band INTEGER, 
	points FLOAT, 
	why_no_band TEXT NOT NULL, 
	publication TEXT NOT NULL, 
	source_name TEXT NOT NULL, 
	source_sha256 TEXT NOT NULL, 
	sheet TEXT NOT NULL, 
	cell TEXT NOT NULL, 
	note TEXT NOT NULL, 
	layout TEXT NOT NULL, 
	is_made_up BOOLEAN NOT NULL
);
INSERT INTO "indicator_band" VALUES('interim','2017-03','129a','','01C',NULL,'2017-03-31',NULL,NULL,NULL,NULL,NULL,'','','',NULL,'','',NULL,NULL,'',NULL,NULL,0,NULL,'','','','','','','','',1);
INSERT INTO "indicator_band" VALUES('interim','2017-03','129a','','01D',NULL,'2017-03-31',NULL,NULL,NULL,NULL,NULL,'','','',NULL,'','',NULL,NULL,'',NULL,NULL,NULL,NULL,'','','','','','','','',1);
INSERT INTO "indicator_band" VALUES('interim','2017-03','129a','','01E',NULL,'2017-03-31',NULL,NULL,NULL,NULL,NULL,'','','',NULL,'','',NULL,NULL,'',NULL,NULL,2,NULL,'','','','','','','','',1);
CREATE TABLE kept (
	sha256 TEXT NOT NULL, 
	part TEXT NOT NULL, 
	content TEXT NOT NULL, 
	PRIMARY KEY (sha256)
);
CREATE TABLE lane_fingerprint (
	lane TEXT NOT NULL, 
	partition_key TEXT NOT NULL, 
	part TEXT NOT NULL, 
	sha256 TEXT NOT NULL, 
	launched_by TEXT NOT NULL, 
	is_made_up BOOLEAN NOT NULL
);
CREATE TABLE notice (
	id TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	recipient TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	happened_at DATETIME NOT NULL, 
	subject TEXT NOT NULL, 
	text TEXT NOT NULL, 
	link TEXT NOT NULL, 
	state TEXT NOT NULL, 
	attempts INTEGER NOT NULL, 
	next_at DATETIME NOT NULL, 
	lease TEXT NOT NULL, 
	error TEXT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE observation (
	partition_key TEXT NOT NULL, 
	indicator_code TEXT NOT NULL, 
	organisation_code TEXT NOT NULL, 
	organisation_kind TEXT NOT NULL, 
	period_start DATE, 
	period_end DATE, 
	numerator FLOAT, 
	denominator FLOAT, 
	value FLOAT, 
	lower_95 FLOAT, 
	upper_95 FLOAT, 
	judgement TEXT NOT NULL, 
	status TEXT NOT NULL, 
	note TEXT NOT NULL, 
	publication TEXT NOT NULL, 
	source_sha256 TEXT NOT NULL, 
	source_name TEXT NOT NULL, 
	sheet TEXT NOT NULL, 
	cell TEXT NOT NULL, 
	published_on DATE, 
	revised_on DATE, 
	dates_provenance TEXT NOT NULL, 
	layout TEXT NOT NULL, 
	is_made_up BOOLEAN NOT NULL
);
INSERT INTO "observation" VALUES('2017-03','129a','01C','',NULL,'2017-03-31',0.0,3.0,3.33333333333333314829e-01,NULL,NULL,'','','','','','','','',NULL,NULL,'','',1);
INSERT INTO "observation" VALUES('2017-03','129a','01D','',NULL,'2017-03-31',NULL,NULL,NULL,NULL,NULL,'','suppressed','','','','','','',NULL,NULL,'','',0);
INSERT INTO "observation" VALUES('2017-03','129a','01E','',NULL,'2017-03-31',NULL,NULL,-1.0e-300,NULL,NULL,'','','naïve – O''Brien; DROP "%s" :x ?
2','','','','','',NULL,NULL,'','',1);
INSERT INTO "observation" VALUES('2017-03','129a','01F','',NULL,'2017-03-31',NULL,NULL,1.79769313486231562234e+308,NULL,NULL,'','','','','','','','','2017-05-11',NULL,'','',1);
INSERT INTO "observation" VALUES('2017-03','129a','01G','',NULL,'2017-03-31',NULL,NULL,3.00000000000000044408e-01,NULL,NULL,'','','','','','','','',NULL,NULL,'','',1);
CREATE TABLE observed (
	partition_key TEXT NOT NULL, 
	PRIMARY KEY (partition_key)
);
CREATE TABLE overall_rating (
	lane TEXT NOT NULL, 
	partition_key TEXT NOT NULL, 
	ccg_code TEXT NOT NULL, 
	performance_score FLOAT, 
	n_performance_used INTEGER NOT NULL, 
	n_performance_expected INTEGER NOT NULL, 
	leadership_judgement TEXT NOT NULL, 
	leadership_points FLOAT, 
	finance_judgement TEXT NOT NULL, 
	finance_points FLOAT, 
	weight_used FLOAT, 
	overall_score FLOAT, 
	grade INTEGER, 
	rating TEXT NOT NULL, 
	why_no_rating TEXT NOT NULL, 
	lower_95 FLOAT, 
	upper_95 FLOAT, 
	p_grade_1 FLOAT, 
	p_grade_2 FLOAT, 
	p_grade_3 FLOAT, 
	p_grade_4 FLOAT, 
	best_grade_95 INTEGER, 
	worst_grade_95 INTEGER, 
	neighbour_grade INTEGER, 
	p_own_grade_by_both FLOAT, 
	is_told_apart BOOLEAN NOT NULL, 
	to_better FLOAT, 
	nearest_indicator TEXT NOT NULL, 
	nearest_to_better FLOAT, 
	nearest_people FLOAT, 
	bands_to_better FLOAT, 
	rank INTEGER, 
	rank_lower_95 INTEGER, 
	rank_upper_95 INTEGER, 
	n_not_told_apart INTEGER, 
	p_top_10 FLOAT, 
	p_bottom_10 FLOAT, 
	is_made_up BOOLEAN NOT NULL
);
CREATE TABLE plausibility (
	partition_key TEXT NOT NULL, 
	suite TEXT NOT NULL, 
	expectation TEXT NOT NULL, 
	title TEXT NOT NULL, 
	severity TEXT NOT NULL, 
	indicator_code TEXT NOT NULL, 
	period_end DATE, 
	holds BOOLEAN NOT NULL, 
	observed TEXT NOT NULL, 
	failing TEXT NOT NULL, 
	is_made_up BOOLEAN NOT NULL
);
CREATE TABLE quarantine (
	partition_key TEXT NOT NULL, 
	source_sha256 TEXT NOT NULL, 
	source_name TEXT NOT NULL, 
	publication TEXT NOT NULL, 
	sheet TEXT NOT NULL, 
	"row" INTEGER NOT NULL, 
	indicator_code TEXT NOT NULL, 
	organisation_code TEXT NOT NULL, 
	period_end DATE, 
	reasons TEXT NOT NULL, 
	refused_by TEXT NOT NULL, 
	raw TEXT NOT NULL, 
	is_made_up BOOLEAN NOT NULL
);
INSERT INTO "quarantine" VALUES('','abababababababababababababababababababababababababababababababab','','','',9,'','',NULL,'','','{"a": "*"}',1);
INSERT INTO "quarantine" VALUES('','abababababababababababababababababababababababababababababababab','','','',14,'','',NULL,'','','{"a": "*"}',1);
INSERT INTO "quarantine" VALUES('','abababababababababababababababababababababababababababababababab','','','',30,'','',NULL,'','','{"a": "*"}',1);
CREATE TABLE release (
	lane TEXT NOT NULL, 
	partition_key TEXT NOT NULL, 
	serial INTEGER NOT NULL, 
	sha256 TEXT NOT NULL, 
	header TEXT NOT NULL, 
	PRIMARY KEY (lane, partition_key, serial)
);
CREATE TABLE release_time (
	lane TEXT NOT NULL, 
	partition_key TEXT NOT NULL, 
	serial INTEGER NOT NULL, 
	at TEXT NOT NULL, 
	PRIMARY KEY (lane, partition_key, serial)
);
CREATE TABLE room_remembered (
	"key" TEXT NOT NULL, 
	content TEXT NOT NULL, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY ("key")
);
CREATE TABLE source_file (
	sha256 TEXT NOT NULL, 
	name TEXT NOT NULL, 
	publication TEXT NOT NULL, 
	layout TEXT NOT NULL, 
	state TEXT NOT NULL, 
	refusal TEXT NOT NULL, 
	read_by TEXT NOT NULL, 
	months TEXT NOT NULL, 
	published_on DATE, 
	revised_on DATE, 
	dates_provenance TEXT NOT NULL, 
	size_bytes INTEGER NOT NULL, 
	rows_read INTEGER NOT NULL, 
	rows_used INTEGER NOT NULL, 
	rows_not_asked_for INTEGER NOT NULL, 
	rows_not_an_organisation INTEGER NOT NULL, 
	rows_quarantined INTEGER NOT NULL, 
	is_made_up BOOLEAN NOT NULL, 
	PRIMARY KEY (sha256, name)
);
CREATE TABLE source_observation (
	partition_key TEXT NOT NULL, 
	indicator_code TEXT NOT NULL, 
	organisation_code TEXT NOT NULL, 
	organisation_kind TEXT NOT NULL, 
	period_start DATE, 
	period_end DATE, 
	numerator FLOAT, 
	denominator FLOAT, 
	value FLOAT, 
	lower_95 FLOAT, 
	upper_95 FLOAT, 
	judgement TEXT NOT NULL, 
	status TEXT NOT NULL, 
	note TEXT NOT NULL, 
	publication TEXT NOT NULL, 
	source_sha256 TEXT NOT NULL, 
	source_name TEXT NOT NULL, 
	sheet TEXT NOT NULL, 
	cell TEXT NOT NULL, 
	published_on DATE, 
	revised_on DATE, 
	dates_provenance TEXT NOT NULL, 
	layout TEXT NOT NULL, 
	is_made_up BOOLEAN NOT NULL
);
CREATE INDEX ix_source_observation_partition ON source_observation (partition_key, publication);
CREATE INDEX ix_observation_partition ON observation (partition_key, publication);
CREATE INDEX ix_plausibility_indicator ON plausibility (indicator_code, period_end);
CREATE INDEX ix_quarantine_partition ON quarantine (partition_key, publication);
CREATE INDEX ix_indicator_band_partition ON indicator_band (lane, partition_key);
CREATE INDEX ix_area_score_partition ON area_score (lane, partition_key);
CREATE INDEX ix_candidate_rating_partition ON candidate_rating (lane, partition_key);
CREATE INDEX ix_overall_rating_partition ON overall_rating (lane, partition_key);
CREATE INDEX ix_certainty_partition ON certainty (lane, partition_key);
CREATE INDEX ix_gate_partition ON gate (lane, partition_key);
CREATE INDEX ix_lane_fingerprint_partition ON lane_fingerprint (lane, partition_key);
CREATE TRIGGER amendment_update BEFORE UPDATE ON amendment BEGIN SELECT RAISE(ABORT, 'amendment is insert-only'); END;
CREATE TRIGGER amendment_delete BEFORE DELETE ON amendment BEGIN SELECT RAISE(ABORT, 'amendment is insert-only'); END;
CREATE TRIGGER amendment_insert BEFORE INSERT ON amendment WHEN EXISTS (SELECT 1 FROM amendment WHERE seq = NEW.seq) BEGIN SELECT RAISE(ABORT, 'amendment is insert-only'); END;
CREATE INDEX ix_decision_ledger_round ON decision_ledger (panel, lane, partition_key);
CREATE TRIGGER decision_ledger_insert BEFORE INSERT ON decision_ledger WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM decision_ledger) OR NEW.prev <> coalesce((SELECT hash FROM decision_ledger ORDER BY seq DESC LIMIT 1), '0000000000000000000000000000000000000000000000000000000000000000') BEGIN SELECT RAISE(ABORT, 'decision_ledger is insert-only, each line after the last'); END;
CREATE TRIGGER decision_ledger_update BEFORE UPDATE ON decision_ledger BEGIN SELECT RAISE(ABORT, 'decision_ledger is insert-only, each line after the last'); END;
CREATE TRIGGER decision_ledger_delete BEFORE DELETE ON decision_ledger BEGIN SELECT RAISE(ABORT, 'decision_ledger is insert-only, each line after the last'); END;
CREATE INDEX ix_notice_state ON notice (state, next_at);
CREATE INDEX ix_room_remembered_expires_at ON room_remembered (expires_at);
COMMIT;
