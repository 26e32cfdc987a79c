import "./frame";
import "./market";
import "./market-replay";
import "./order";
import "./pile";
import "./report-operations";
import "./simulate-day";
