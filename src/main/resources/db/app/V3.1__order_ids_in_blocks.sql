alter sequence order_id increment by 50;
