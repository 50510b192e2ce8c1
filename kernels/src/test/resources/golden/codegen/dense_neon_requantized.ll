dense_int8 m=1 k=4 n=4 act=u8 wgt=s8 out=s8 round=single act=i8 wgt=i8 dot=4 offset=128 ic_block=4 oc_block=4 border=packed flat=false constants=4 aarch64 cpu=cortex-a76 isa=dotprod threads=1

target triple = "aarch64-unknown-linux-gnu"

declare <4 x i32> @llvm.aarch64.neon.sdot.v4i32.v16i8(<4 x i32>, <16 x i8>, <16 x i8>)
declare <4 x i32> @llvm.smax.v4i32(<4 x i32>, <4 x i32>)
declare <4 x i32> @llvm.smin.v4i32(<4 x i32>, <4 x i32>)
declare <4 x i8> @llvm.smax.v4i8(<4 x i8>, <4 x i8>)
declare <4 x i8> @llvm.smin.v4i8(<4 x i8>, <4 x i8>)

define void @octune_run(ptr noalias nocapture readonly %act, ptr noalias nocapture readonly %wgt, ptr noalias nocapture %out, i32 %part, i32 %parts) #0 {
entry:
  %v0 = zext i32 %part to i64
  %v1 = zext i32 %parts to i64
  %v2 = udiv i64 %v0, %v1
  %v3 = add i64 %v0, 1
  %v4 = udiv i64 %v3, %v1
  %v5 = icmp slt i64 %v2, %v4
  br i1 %v5, label %yes0, label %no1
yes0:
  br label %loop3
loop3:
  %v6 = phi i64 [ %v2, %yes0 ], [ %v70, %loop3 ]
  %v7 = mul i64 %v6, 4
  %v8 = getelementptr i8, ptr %act, i64 %v7
  %v9 = mul i64 %v6, 4
  %v10 = getelementptr i8, ptr %out, i64 %v9
  %v11 = getelementptr i8, ptr %wgt, i64 64
  %v12 = load <4 x i32>, ptr %v11, align 16
  %v13 = getelementptr i8, ptr %v8, i64 4
  %v14 = getelementptr i8, ptr %wgt, i64 16
  %v15 = getelementptr i8, ptr %v8, i64 4
  %v16 = getelementptr i8, ptr %wgt, i64 16
  %v17 = getelementptr i8, ptr %v8, i64 4
  %v18 = getelementptr i8, ptr %wgt, i64 16
  %v19 = getelementptr i8, ptr %v8, i64 4
  %v20 = getelementptr i8, ptr %wgt, i64 16
  %v21 = load <4 x i32>, ptr %wgt, align 16
  %v22 = bitcast <4 x i32> %v21 to <16 x i8>
  %v23 = load i32, ptr %v8, align 4
  %v24 = insertelement <4 x i32> poison, i32 %v23, i64 0
  %v25 = shufflevector <4 x i32> %v24, <4 x i32> %v24, <4 x i32> <i32 0, i32 0, i32 0, i32 0>
  %v26 = bitcast <4 x i32> %v25 to <16 x i8>
  %v27 = call <4 x i32> @llvm.aarch64.neon.sdot.v4i32.v16i8(<4 x i32> %v12, <16 x i8> %v26, <16 x i8> %v22)
  %v28 = getelementptr i8, ptr %v11, i64 16
  %v29 = load <2 x i32>, ptr %v28, align 8
  %v30 = sext <2 x i32> %v29 to <2 x i64>
  %v31 = getelementptr i8, ptr %v11, i64 16
  %v32 = getelementptr i8, ptr %v31, i64 8
  %v33 = load <2 x i32>, ptr %v32, align 8
  %v34 = sext <2 x i32> %v33 to <2 x i64>
  %v35 = getelementptr i8, ptr %v11, i64 32
  %v36 = load <2 x i64>, ptr %v35, align 16
  %v37 = getelementptr i8, ptr %v11, i64 32
  %v38 = getelementptr i8, ptr %v37, i64 16
  %v39 = load <2 x i64>, ptr %v38, align 16
  %v40 = getelementptr i8, ptr %v11, i64 64
  %v41 = load <2 x i64>, ptr %v40, align 16
  %v42 = getelementptr i8, ptr %v11, i64 64
  %v43 = getelementptr i8, ptr %v42, i64 16
  %v44 = load <2 x i64>, ptr %v43, align 16
  %v45 = getelementptr i8, ptr %v11, i64 96
  %v46 = load <4 x i32>, ptr %v45, align 16
  %v47 = getelementptr i8, ptr %v11, i64 112
  %v48 = load <4 x i8>, ptr %v47, align 4
  %v49 = getelementptr i8, ptr %v11, i64 116
  %v50 = load <4 x i8>, ptr %v49, align 4
  %v51 = shufflevector <4 x i32> %v27, <4 x i32> %v27, <2 x i32> <i32 0, i32 1>
  %v52 = sext <2 x i32> %v51 to <2 x i64>
  %v53 = mul <2 x i64> %v52, %v30
  %v54 = add <2 x i64> %v53, %v36
  %v55 = lshr <2 x i64> %v54, %v41
  %v56 = shufflevector <4 x i32> %v27, <4 x i32> %v27, <2 x i32> <i32 2, i32 3>
  %v57 = sext <2 x i32> %v56 to <2 x i64>
  %v58 = mul <2 x i64> %v57, %v34
  %v59 = add <2 x i64> %v58, %v39
  %v60 = lshr <2 x i64> %v59, %v44
  %v61 = trunc <2 x i64> %v55 to <2 x i32>
  %v62 = trunc <2 x i64> %v60 to <2 x i32>
  %v63 = shufflevector <2 x i32> %v61, <2 x i32> %v62, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %v64 = add <4 x i32> %v63, %v46
  %v65 = call <4 x i32> @llvm.smin.v4i32(<4 x i32> %v64, <4 x i32> splat (i32 127))
  %v66 = call <4 x i32> @llvm.smax.v4i32(<4 x i32> splat (i32 -128), <4 x i32> %v65)
  %v67 = trunc <4 x i32> %v66 to <4 x i8>
  %v68 = call <4 x i8> @llvm.smax.v4i8(<4 x i8> %v48, <4 x i8> %v67)
  %v69 = call <4 x i8> @llvm.smin.v4i8(<4 x i8> %v68, <4 x i8> %v50)
  store <4 x i8> %v69, ptr %v10, align 4
  %v70 = add i64 %v6, 1
  %v71 = icmp slt i64 %v70, %v4
  br i1 %v71, label %loop3, label %done4
done4:
  br label %after2
no1:
  br label %after2
after2:
  ret void
}

attributes #0 = { nounwind "no-builtins" "no-jump-tables"="true" "target-cpu"="generic" "target-features"="+neon,+dotprod" "tune-cpu"="cortex-a76" }


target triple = "aarch64-unknown-linux-gnu"

declare i32 @llvm.smax.i32(i32, i32)
declare i32 @llvm.smin.i32(i32, i32)

define void @octune_pack_act(ptr noalias nocapture readonly %plain, ptr noalias nocapture %packed) #0 {
entry:
  br label %loop0
loop0:
  %v0 = phi i64 [ 0, %entry ], [ %v9, %loop0 ]
  %v1 = phi ptr [ %plain, %entry ], [ %v7, %loop0 ]
  %v2 = phi ptr [ %packed, %entry ], [ %v8, %loop0 ]
  %v3 = load i8, ptr %v1, align 1
  %v4 = zext i8 %v3 to i16
  %v5 = sub i16 %v4, 128
  %v6 = trunc i16 %v5 to i8
  store i8 %v6, ptr %v2, align 1
  %v7 = getelementptr i8, ptr %v1, i64 1
  %v8 = getelementptr i8, ptr %v2, i64 1
  %v9 = add i64 %v0, 1
  %v10 = icmp slt i64 %v9, 4
  br i1 %v10, label %loop0, label %done1
done1:
  %v11 = getelementptr i8, ptr %plain, i64 4
  %v12 = getelementptr i8, ptr %packed, i64 4
  %v13 = getelementptr i8, ptr %packed, i64 4
  %v14 = getelementptr i8, ptr %packed, i64 4
  ret void
}

define void @octune_pack_wgt(ptr noalias nocapture readonly %plain, ptr noalias nocapture %packed) #0 {
entry:
  br label %loop0
loop0:
  %v0 = phi i64 [ 0, %entry ], [ %v3, %loop0 ]
  %v1 = mul i64 %v0, 32
  %v2 = getelementptr i8, ptr %packed, i64 %v1
  store <32 x i8> zeroinitializer, ptr %v2, align 32
  %v3 = add i64 %v0, 1
  %v4 = icmp slt i64 %v3, 8
  br i1 %v4, label %loop0, label %done1
done1:
  %v5 = getelementptr i8, ptr %packed, i64 192
  br label %loop2
loop2:
  %v6 = phi i64 [ 0, %done1 ], [ %v42, %done9 ]
  %v7 = mul i64 %v6, 4
  %v8 = getelementptr i8, ptr %plain, i64 %v7
  %v9 = udiv i64 %v6, 4
  %v10 = mul i64 %v9, 16
  %v11 = getelementptr i8, ptr %packed, i64 %v10
  %v12 = urem i64 %v6, 4
  %v13 = mul i64 %v12, 4
  %v14 = getelementptr i8, ptr %v11, i64 %v13
  br label %loop3
loop3:
  %v15 = phi i64 [ 0, %loop2 ], [ %v38, %after6 ]
  %v16 = phi i32 [ 0, %loop2 ], [ %v37, %after6 ]
  %v17 = sub i64 7, %v15
  %v18 = udiv i64 %v17, 4
  %v19 = getelementptr i8, ptr %v8, i64 %v15
  %v20 = getelementptr i8, ptr %v14, i64 %v15
  %v21 = icmp slt i64 0, %v18
  br i1 %v21, label %yes4, label %no5
yes4:
  br label %loop7
loop7:
  %v22 = phi i64 [ 0, %yes4 ], [ %v33, %loop7 ]
  %v23 = phi ptr [ %v19, %yes4 ], [ %v26, %loop7 ]
  %v24 = phi ptr [ %v20, %yes4 ], [ %v27, %loop7 ]
  %v25 = phi i32 [ %v16, %yes4 ], [ %v32, %loop7 ]
  %v26 = getelementptr i8, ptr %v23, i64 4
  %v27 = getelementptr i8, ptr %v24, i64 16
  %v28 = getelementptr i8, ptr %v24, i64 16
  %v29 = load i8, ptr %v23, align 1
  %v30 = sext i8 %v29 to i32
  %v31 = trunc i32 %v30 to i8
  store i8 %v31, ptr %v24, align 1
  %v32 = add i32 %v25, %v30
  %v33 = add i64 %v22, 1
  %v34 = icmp slt i64 %v33, %v18
  br i1 %v34, label %loop7, label %done8
done8:
  br label %after6
no5:
  br label %after6
after6:
  %v35 = phi ptr [ %v26, %done8 ], [ %v19, %no5 ]
  %v36 = phi ptr [ %v27, %done8 ], [ %v20, %no5 ]
  %v37 = phi i32 [ %v32, %done8 ], [ %v16, %no5 ]
  %v38 = add i64 %v15, 1
  %v39 = icmp slt i64 %v38, 4
  br i1 %v39, label %loop3, label %done9
done9:
  %v40 = mul i64 %v6, 4
  %v41 = getelementptr i8, ptr %v5, i64 %v40
  store i32 %v37, ptr %v41, align 4
  %v42 = add i64 %v6, 1
  %v43 = icmp slt i64 %v42, 4
  br i1 %v43, label %loop2, label %done10
done10:
  ret void
}

define void @octune_unpack_out(ptr noalias nocapture readonly %packed, ptr noalias nocapture %plain) #0 {
entry:
  br label %loop0
loop0:
  %v0 = phi i64 [ 0, %entry ], [ %v6, %loop0 ]
  %v1 = phi ptr [ %packed, %entry ], [ %v4, %loop0 ]
  %v2 = phi ptr [ %plain, %entry ], [ %v5, %loop0 ]
  %v3 = load i8, ptr %v1, align 1
  store i8 %v3, ptr %v2, align 1
  %v4 = getelementptr i8, ptr %v1, i64 1
  %v5 = getelementptr i8, ptr %v2, i64 1
  %v6 = add i64 %v0, 1
  %v7 = icmp slt i64 %v6, 4
  br i1 %v7, label %loop0, label %done1
done1:
  %v8 = getelementptr i8, ptr %packed, i64 4
  %v9 = getelementptr i8, ptr %plain, i64 4
  %v10 = getelementptr i8, ptr %packed, i64 4
  %v11 = getelementptr i8, ptr %packed, i64 4
  ret void
}

define void @octune_pack_quant(ptr noalias nocapture readonly %table, ptr noalias nocapture %wgt) #0 {
entry:
  %v0 = load i32, ptr %table, align 4
  %v1 = getelementptr i8, ptr %table, i64 4
  %v2 = load i32, ptr %v1, align 4
  %v3 = getelementptr i8, ptr %table, i64 8
  %v4 = load i32, ptr %v3, align 4
  %v5 = getelementptr i8, ptr %table, i64 12
  %v6 = load i32, ptr %v5, align 4
  br label %loop0
loop0:
  %v7 = phi i64 [ 0, %entry ], [ %v64, %loop0 ]
  %v8 = getelementptr i8, ptr %wgt, i64 64
  %v9 = udiv i64 %v7, 4
  %v10 = mul i64 %v9, 128
  %v11 = getelementptr i8, ptr %v8, i64 %v10
  %v12 = getelementptr i8, ptr %wgt, i64 192
  %v13 = mul i64 %v7, 4
  %v14 = getelementptr i8, ptr %v12, i64 %v13
  %v15 = urem i64 %v7, 4
  %v16 = load i32, ptr %v14, align 4
  %v17 = add i64 %v7, 4
  %v18 = mul i64 %v17, 4
  %v19 = getelementptr i8, ptr %table, i64 %v18
  %v20 = load i32, ptr %v19, align 4
  %v21 = add i64 %v7, 8
  %v22 = mul i64 %v21, 4
  %v23 = getelementptr i8, ptr %table, i64 %v22
  %v24 = load i32, ptr %v23, align 4
  %v25 = add i64 %v7, 12
  %v26 = mul i64 %v25, 4
  %v27 = getelementptr i8, ptr %table, i64 %v26
  %v28 = load i32, ptr %v27, align 4
  %v29 = sub i32 128, %v0
  %v30 = mul i32 %v29, %v16
  %v31 = add i32 %v20, %v30
  %v32 = mul i64 %v15, 4
  %v33 = getelementptr i8, ptr %v11, i64 %v32
  store i32 %v31, ptr %v33, align 4
  %v34 = sub i32 31, %v28
  %v35 = zext i32 %v34 to i64
  %v36 = sub i64 %v35, 1
  %v37 = shl i64 1, %v36
  %v38 = add i64 %v37, 4611686018427387904
  %v39 = getelementptr i8, ptr %v11, i64 32
  %v40 = mul i64 %v15, 8
  %v41 = getelementptr i8, ptr %v39, i64 %v40
  store i64 %v38, ptr %v41, align 8
  %v42 = getelementptr i8, ptr %v11, i64 64
  %v43 = mul i64 %v15, 8
  %v44 = getelementptr i8, ptr %v42, i64 %v43
  store i64 %v35, ptr %v44, align 8
  %v45 = getelementptr i8, ptr %v11, i64 16
  %v46 = mul i64 %v15, 4
  %v47 = getelementptr i8, ptr %v45, i64 %v46
  store i32 %v24, ptr %v47, align 4
  %v48 = sub i64 62, %v35
  %v49 = shl i64 1, %v48
  %v50 = trunc i64 %v49 to i32
  %v51 = sub i32 %v2, %v50
  %v52 = getelementptr i8, ptr %v11, i64 96
  %v53 = mul i64 %v15, 4
  %v54 = getelementptr i8, ptr %v52, i64 %v53
  store i32 %v51, ptr %v54, align 4
  %v55 = call i32 @llvm.smin.i32(i32 %v6, i32 127)
  %v56 = call i32 @llvm.smax.i32(i32 -128, i32 %v4)
  %v57 = call i32 @llvm.smin.i32(i32 %v56, i32 %v55)
  %v58 = trunc i32 %v57 to i8
  %v59 = getelementptr i8, ptr %v11, i64 112
  %v60 = getelementptr i8, ptr %v59, i64 %v15
  store i8 %v58, ptr %v60, align 1
  %v61 = trunc i32 %v55 to i8
  %v62 = getelementptr i8, ptr %v11, i64 116
  %v63 = getelementptr i8, ptr %v62, i64 %v15
  store i8 %v61, ptr %v63, align 1
  %v64 = add i64 %v7, 1
  %v65 = icmp slt i64 %v64, 4
  br i1 %v65, label %loop0, label %done1
done1:
  ret void
}

attributes #0 = { nounwind "no-builtins" "no-jump-tables"="true" optnone noinline "target-cpu"="generic" "target-features"="+neon,+dotprod" "tune-cpu"="cortex-a76" }
