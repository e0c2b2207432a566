-- Erasure and retention: runs go with the files that they made.
GRANT DELETE ON reports.run TO muster_reports;
