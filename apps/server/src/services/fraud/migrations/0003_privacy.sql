-- Erasure.
GRANT DELETE ON fraud.signal TO muster_fraud;
